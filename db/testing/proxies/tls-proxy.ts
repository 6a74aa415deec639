/** Terminates TLS in front of a PostgreSQL without it, by a pre-shared key, since a certificate would expire. */
import tls from "node:tls";
import { serveTcp, type TcpServer } from "./listen.ts";

const PSK = { identity: "once", psk: Buffer.alloc(32, 7) };
const CIPHERS = { ciphers: "PSK-AES128-GCM-SHA256", maxVersion: "TLSv1.2" } as const;

/** What postgres.js needs as `ssl` to speak with the proxy. */
export const PROXY_TLS = { ...CIPHERS, pskCallback: () => PSK, checkServerIdentity: () => undefined };

/** Starts one. `serve` is given the inside of each connection once its TLS stands. */
export function startTlsProxy(serve: (inside: tls.TLSSocket) => void): Promise<TcpServer> {
  // The types know `pskCallback` for servers and clients only.
  const options = { isServer: true, ...CIPHERS, pskCallback: () => PSK.psk };
  return serveTcp((client) => {
    // "S" accepts the client's SSLRequest.
    client.once("data", () => {
      client.write("S");
      const inside = new tls.TLSSocket(client, options);
      inside.on("error", () => {});
      inside.once("secure", () => serve(inside));
    });
  });
}
