/** Bodies that somebody breaks off are no failure of the server's, which alerts are about. */
import http from "node:http";
import { type AddressInfo, createConnection } from "node:net";
import { expect, it } from "vitest";
import { apiRequestOf } from "../fast-path/incoming-request.ts";
import { readBody } from "./body.ts";

it("a body that is broken off is refused as the sender's", async () => {
  const thrown = new Promise<unknown>((resolve) => {
    const server = http.createServer((incoming) => {
      readBody(apiRequestOf(incoming), 1_000).then(resolve, resolve);
      incoming.once("close", () => server.close());
    });
    server.listen(0, "127.0.0.1", () => {
      const socket = createConnection((server.address() as AddressInfo).port, "127.0.0.1");
      socket.write("POST / HTTP/1.1\r\nHost: once.test\r\nContent-Length: 100\r\n\r\n{", () => {
        setTimeout(() => socket.destroy(), 50);
      });
    });
  });
  expect(await thrown).toMatchObject({ response: { status: 422 } });
});
