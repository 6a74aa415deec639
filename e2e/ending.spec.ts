/** A server that is told to end leaves nobody without an answer. */
import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "./fixtures.ts";
import { withOtherServer } from "./other-server.ts";

/** Longer than a server serves on after it was told to end. */
const HELD_UP_MS = 3_000;

/** A connection of one's own, which stays when a request was answered. */
async function opened(address: string): Promise<Socket> {
  const { hostname, port } = new URL(address);
  const socket = createConnection(Number(port), hostname).setEncoding("utf8");
  await once(socket, "connect");
  return socket;
}

/** Asks over the connection, and resolves with the head of the answer. */
async function asked(socket: Socket): Promise<string> {
  socket.write("GET /api/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
  let answer = "";
  while (!answer.includes("\r\n\r\n")) answer += (await once(socket, "data"))[0];
  return answer.toLowerCase();
}

/** Resolves once the server knows that it is to end. */
function isEnding(address: string): Promise<void> {
  const ready = async () => (await fetch(`${address}/api/health/ready`)).status;
  return expect.poll(ready, { intervals: [10] }).toBe(503);
}

test("a server that is told to end says so, and still answers who is connected to it, for the last time", async () => {
  await withOtherServer({}, async (address, end) => {
    const [quiet, used, idle] = [await opened(address), await opened(address), await opened(address)];
    // As browsers do, for what may be asked next. Nothing ever is.
    (await opened(address)).on("error", () => {}).resume();
    for (const socket of [used, idle]) expect(await asked(socket)).toContain("connection: keep-alive");

    const exitCode = end();
    await isEnding(address);
    for (const socket of [quiet, used]) {
      const answer = await asked(socket);
      expect(answer).toMatch(/^http\/1\.1 200 /);
      expect(answer).toContain("connection: close");
      await once(socket.resume(), "end");
    }
    // Nothing is asked on it any more: it is not waited for as long as an idle connection is kept.
    await once(idle.resume(), "end");
    // As Next.js ends on a SIGTERM: by itself, not at the limit.
    expect(await exitCode).toBe(143);
  });
});

test("who came while it was held up is answered, too, and the port is closed afterwards", async () => {
  await withOtherServer({}, async (address, end, signal) => {
    const early = await opened(address);
    const exitCode = end();
    await isEnding(address);
    // As a machine does that has no time for it: connections are made all the same, and nobody takes them.
    signal("SIGSTOP");
    const late = await Promise.all(Array.from({ length: 5 }, () => opened(address)));
    const answers = [early, ...late].map((socket) => asked(socket));
    await sleep(HELD_UP_MS);
    signal("SIGCONT");
    for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^http\/1\.1 200 /);
    expect(await exitCode).toBe(143);
  });
});
