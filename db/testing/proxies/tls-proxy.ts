/**
 * A proxy that ends TLS in front of a server that speaks none, as a hosted PostgreSQL may have. By a key both sides
 * have (PSK) instead of a certificate, so that there is no certificate to keep and to expire.
 */
import net from "node:net";
import tls from "node:tls";

const PSK = { identity: "once", psk: Buffer.alloc(32, 7) };
const CIPHERS = { ciphers: "PSK-AES128-GCM-SHA256", maxVersion: "TLSv1.2" } as const;

/** What postgres.js needs as `ssl` to speak with the proxy. */
export const PROXY_TLS = { ...CIPHERS, pskCallback: () => PSK, checkServerIdentity: () => undefined };

export type TlsProxy = { port: number; close(): Promise<void> };

/** Starts one. `serve` is given the inside of each connection once its TLS stands. */
export async function startTlsProxy(serve: (inside: tls.TLSSocket) => void): Promise<TlsProxy> {
  const sockets = new Set<net.Socket>();
  // Known to the types for servers and clients, not for what both are made of.
  const options = { isServer: true, ...CIPHERS, pskCallback: () => PSK.psk };
  const server = net.createServer((client) => {
    sockets.add(client);
    client.on("close", () => sockets.delete(client)).on("error", () => {});
    // The client's SSLRequest; "S" says yes to it.
    client.once("data", () => {
      client.write("S");
      const inside = new tls.TLSSocket(client, options);
      inside.on("error", () => {});
      inside.once("secure", () => serve(inside));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Bug: the proxy has no port.");
  return {
    port: address.port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
