/** Reading leaves no trace in the database, whoever reads; and what was answered once is answered so by every server. */
import { randomUUID } from "node:crypto";
import { PROBLEMS } from "../../lib/api/problems.ts";
import { plainFormPath } from "../../lib/plain-form-path.ts";
import { books, newOrder, userIdOf } from "../support/books.ts";
import { expect, test } from "../support/fixtures.ts";
import { withOtherServer } from "../support/other-server.ts";
import { everyRow } from "../support/rows.ts";

test("looking at every page and every answer writes nothing, with a session, without, and with one that has expired", async ({
  alice,
  request,
  orderId,
}) => {
  const addresses = [
    ...[
      "/",
      "/sign-in",
      "/sign-up",
      "/payments",
      `/payments/${randomUUID()}`,
      "/where",
      `/where?key=${randomUUID()}`,
      "/payments?q=coffee&kind=order&from=2026-01-01",
      "/payments/export.csv",
      "/problems/declined",
    ],
    ...[
      `/checkout/${orderId}`,
      plainFormPath({ place: `/checkout/${orderId}`, key: randomUUID(), userId: await userIdOf("alice") }),
    ],
    ...["/api/accounts", "/api/payments", "/api/orders", "/api/health/live", "/api/health/ready"],
    "/api/metrics",
    ...[`/api/payments/${randomUUID()}`, `/api/orders/${orderId}`, `/api/idempotency-keys/${randomUUID()}`],
  ];
  const look = async (who: typeof request) => {
    for (const address of addresses) {
      expect((await who.get(address, { maxRedirects: 0 })).status(), address).toBeLessThan(500);
      expect((await who.head(address, { maxRedirects: 0 })).status(), `HEAD ${address}`).toBeLessThan(500);
    }
  };
  const before = await everyRow();
  await look(request);
  await look(alice.request);
  expect(await everyRow()).toEqual(before);

  await books()`update sessions set expires_at = now() - interval '1 minute'`;
  const expired = await everyRow();
  await look(alice.request);
  expect((await alice.request.get("/api/accounts")).status()).toBe(401);
  expect(await everyRow()).toEqual(expired);
});

test("every type of problem has its page", async ({ request }) => {
  for (const [name, { title }] of Object.entries(PROBLEMS)) {
    const response = await request.get(`/problems/${name}`);
    expect(response.status(), name).toBe(200);
    expect(await response.text(), name).toContain(`<dd lang="en">${title}</dd>`);
  }
  for (const name of ["nothing", "__proto__", "constructor"])
    expect((await request.get(`/problems/${name}`)).status(), name).toBe(404);
});

type Outcome = {
  key: string;
  orderId: string;
  amountMinor: string;
  first: { status: number; replayed: string | null; body: string };
};

test("another server, started later, answers a replay with the same bytes", async ({ baseURL }) => {
  const send = async (address: string, key: string, orderId: string, amountMinor: string) => {
    const response = await fetch(`${address}/api/payments`, {
      method: "POST",
      headers: {
        authorization: "Bearer once_demo_alice",
        "content-type": "application/json",
        "idempotency-key": `"${key}"`,
      },
      body: JSON.stringify({ orderId, amountMinor, currency: "USD" }),
    });
    const { status, headers } = response;
    return { status, replayed: headers.get("idempotent-replayed"), body: await response.text() };
  };
  const outcomes: Outcome[] = [];
  for (const amountMinor of ["100", "900000000000"]) {
    const orderId = await newOrder(baseURL ?? "", amountMinor, 1);
    const issued = await fetch(`${baseURL}/api/idempotency-keys`, {
      method: "POST",
      headers: { authorization: "Bearer once_demo_alice", "content-type": "application/json" },
      body: JSON.stringify({ purpose: { kind: "order", orderId } }),
    });
    const { key } = (await issued.json()) as { key: string };
    const first = await send(baseURL ?? "", key, orderId, amountMinor);
    outcomes.push({ key, orderId, amountMinor, first });
  }
  expect(outcomes.map(({ first }) => [first.status, first.replayed])).toEqual([
    [201, null],
    [402, null],
  ]);

  await withOtherServer({}, async (address) => {
    for (const { key, orderId, amountMinor, first } of outcomes) {
      expect(await send(address, key, orderId, amountMinor)).toEqual({ ...first, replayed: "true" });
    }
  });
});
