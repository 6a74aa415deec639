/** A server that is told to end leaves nobody without an answer. */
import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { expect, test } from "./fixtures.ts";
import { withOtherServer } from "./other-server.ts";

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

test("a server that is told to end says so, and still answers who is connected to it, for the last time", async () => {
  await withOtherServer({}, async (address, end) => {
    const [quiet, used] = [await opened(address), await opened(address)];
    // As browsers do, for what may be asked next. Nothing ever is.
    (await opened(address)).on("error", () => {}).resume();
    expect(await asked(used)).toContain("connection: keep-alive");

    const exitCode = end();
    await expect
      .poll(async () => (await fetch(`${address}/api/health/ready`)).status, { intervals: [10] })
      .toBe(503);
    for (const socket of [quiet, used]) {
      const answer = await asked(socket);
      expect(answer).toMatch(/^http\/1\.1 200 /);
      expect(answer).toContain("connection: close");
      await once(socket.resume(), "end");
    }
    // As Next.js ends on a SIGTERM: by itself, not at the limit.
    expect(await exitCode).toBe(143);
  });
});
