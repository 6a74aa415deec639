/**
 * The API has two entrances: the fast path, and Next.js's router behind it. Whatever is sent to both of them is answered alike, byte
 * for byte: two servers of one build on one database, of which the second has the fast path left out.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createConnection } from "node:net";
import { onceClient } from "../../lib/client/client.ts";
import { expect, signOut, test } from "../support/fixtures.ts";
import { withOtherServer } from "../support/other-server.ts";
import { ADDRESS } from "../support/server-under-test.ts";
import { comparable, exchange, type Filled, WIRES } from "./two-entrances.ts";

const WITHOUT = { ONCE_API_FAST_PATH: "off" };

/** Of its own for each entrance: what is paid at the one must not be a replay at the other. */
async function fresh(address: string): Promise<Filled> {
  const alice = onceClient({ baseUrl: address, apiKey: "once_demo_alice" });
  const issued = await alice.issueKey({ kind: "transfer", intentId: randomUUID() });
  if (issued.type !== "ok" || issued.value.state !== "open") throw new Error("There is no key.");
  return { key: issued.value.key, intent: randomUUID(), order: randomUUID() };
}

/** How many requests a server has answered by the fast path since it started. */
async function onFastPath(address: string): Promise<number> {
  const answer = await fetch(`${address}/api/metrics`, {
    headers: { authorization: "Bearer once_demo_omar" },
  });
  return Number(/^once_fast_path_requests_total (\d+)$/m.exec(await answer.text())?.[1] ?? 0);
}

test("both entrances of the API answer alike, byte for byte", async () => {
  await withOtherServer(WITHOUT, async (router) => {
    const before = await onFastPath(ADDRESS);
    const filled = [await fresh(ADDRESS), await fresh(router)] as const;
    for (const wire of WIRES) {
      const answers = await Promise.all([
        exchange(ADDRESS, wire, filled[0]),
        exchange(router, wire, filled[1]),
      ]);
      const [fast = "", plain = ""] = answers.map((answer, at) =>
        comparable(answer, filled[at === 0 ? 0 : 1]),
      );
      expect.soft(fast, wire.what).toBe(plain);
      expect.soft(fast, wire.what).toMatch(/^HTTP\/1\.1 \d{3} /);
    }
    expect(await onFastPath(router)).toBe(0);
    // Most of them are plainly for the API; what is not is the router's on both servers.
    expect((await onFastPath(ADDRESS)) - before).toBeGreaterThan(WIRES.length / 2);
  });
});

test("a session is told the same by both, and by both nothing more once it has ended", async ({ alice }) => {
  await withOtherServer(WITHOUT, async (router) => {
    const cookies = await alice.context().cookies();
    const cookie = `Cookie: ${cookies.map(({ name, value }) => `${name}=${value}`).join("; ")}`;
    const filled = { key: "no-key", intent: "no-intent", order: "no-order" };
    const told = async (...head: string[]) => {
      const wire = { what: head.join(), head: [...head, cookie] };
      const [fast, plain] = await Promise.all([
        exchange(ADDRESS, wire, filled),
        exchange(router, wire, filled),
      ]);
      expect(comparable(fast, filled)).toBe(comparable(plain, filled));
      return fast.split(" ")[1];
    };
    expect(await told("GET /api/accounts HTTP/1.1")).toBe("200");
    expect(await told("POST /api/payments HTTP/1.1", "Sec-Fetch-Site: same-origin")).toBe("400");
    expect(await told("POST /api/payments HTTP/1.1", "Sec-Fetch-Site: cross-site")).toBe("403");
    await signOut(alice);
    await expect(alice.getByRole("link", { name: "Sign in" }).first()).toBeVisible();
    expect(await told("GET /api/accounts HTTP/1.1")).toBe("401");
  });
});

test("on one connection answers come in the order of their requests, and it stays open", async () => {
  await withOtherServer(WITHOUT, async (router) => {
    const pipelined = async (address: string) => {
      const { hostname, port } = new URL(address);
      const socket = createConnection(Number(port), hostname).setEncoding("latin1");
      let received = "";
      socket.on("data", (text: string) => {
        received += text;
      });
      const head = (line: string, id: number) =>
        `${line} HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: n${id}\r\nAuthorization: Bearer once_demo_alice\r\n`;
      // The first one takes longest, and one is the router's; the last closes.
      socket.write(
        `${head("GET /api/payments?limit=100", 1)}\r\n${head("GET /api/nothing", 2)}\r\n` +
          `${head("POST /api/payments", 3)}Content-Length: 2\r\n\r\n{}${head("GET /api/health/live", 4)}\r\n`,
      );
      await expect.poll(() => received).toContain('{"status":"live"}');
      socket.write(`${head("HEAD /api/accounts", 5)}Connection: close\r\n\r\n`);
      await once(socket, "close");
      return received;
    };
    const [fast, plain] = await Promise.all([pipelined(ADDRESS), pipelined(router)]);
    const kept = (text: string) =>
      [...text.matchAll(/^(?:HTTP\/1\.1.*|x-request-id.*|connection.*|keep-alive: timeout)$/gim)].map(
        ([line]) => line,
      );
    expect(kept(fast)).toEqual(kept(plain));
    expect(fast.match(/x-request-id: n\d/g)).toEqual(
      ["1", "2", "3", "4", "5"].map((n) => `x-request-id: n${n}`),
    );
  });
});
