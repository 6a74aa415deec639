import { once } from "node:events";
import net, { type AddressInfo, type Server } from "node:net";

/** Has `server` listen on a free loopback port, and returns the port. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

export type TcpServer = { port: number; close(): Promise<void> };

/**
 * Does `serve` with each connection to a free loopback port. `close` ends them all, and those that `serve` passes to `track`;
 * resets are expected.
 */
export async function serveTcp(
  serve: (client: net.Socket, track: (socket: net.Socket) => net.Socket) => void,
): Promise<TcpServer> {
  const sockets = new Set<net.Socket>();
  const track = (socket: net.Socket) => {
    sockets.add(socket);
    return socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  };
  const server = net.createServer((client) => serve(track(client), track));
  return {
    port: await listen(server),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
