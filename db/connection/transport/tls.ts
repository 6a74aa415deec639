/**
 * TLS on a connection to PostgreSQL. Done here and not by the driver, because backend-messages.ts has to see what the server
 * sends; and because the driver accepts bytes that were sent in clear after the response to SSLRequest.
 */
import net from "node:net";
import tls from "node:tls";
import type { TlsMode } from "../database-url.ts";
import { ConnectionFailed } from "./connection-failed.ts";

export type TlsSettings = {
  mode: Exclude<TlsMode, "disable">;
  /** sslnegotiation=direct, without SSLRequest (PostgreSQL 17 and newer). */
  isDirect: boolean;
  options?: tls.ConnectionOptions;
};

const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** Once `tcp` is connected, calls `done` with the stream to use, which is `tcp` itself where TLS is not offered, or an error. */
export function startTls(
  tcp: net.Socket,
  host: string,
  settings: TlsSettings,
  done: (stream: net.Socket | Error) => void,
): void {
  const upgrade = () => {
    const secure = tls.connect({
      socket: tcp,
      ...(net.isIP(host) ? { host } : { servername: host }),
      ...(settings.isDirect ? { ALPNProtocols: ["postgresql"] } : {}),
      rejectUnauthorized: settings.mode === "verify-full",
      ...settings.options,
    });
    secure.once("secureConnect", () => {
      secure.off("error", done);
      done(secure);
    });
    secure.once("error", done);
  };
  if (settings.isDirect) {
    tcp.once("connect", upgrade);
    return;
  }
  tcp.once("connect", () => tcp.write(SSL_REQUEST));
  tcp.once("data", (bytes) => {
    tcp.pause();
    // One byte and no more: what follows it in clear would be read as if it had come through TLS.
    const answer = bytes.toString("latin1");
    if (answer === "S") upgrade();
    else if (answer === "N" && settings.mode === "prefer") done(tcp);
    else done(refusal(answer));
  });
}

function refusal(answer: string): ConnectionFailed {
  return answer === "N"
    ? new ConnectionFailed("CONNECTION_TLS", "The server speaks no TLS.")
    : new ConnectionFailed("CONNECTION_TLS", "The server answered neither yes nor no to TLS.");
}
