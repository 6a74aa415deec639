/**
 * TLS on a connection to PostgreSQL. Done here and not by the driver, because the guard of answers (answers.ts) has to see
 * what the server says; and because the driver takes whatever was sent in clear behind the server's yes for its words.
 */
import net from "node:net";
import tls from "node:tls";
import { ConnectionFailed } from "./connection-failed.ts";
import type { TlsMode } from "./database-url.ts";

export type TlsWish = {
  mode: Exclude<TlsMode, "off">;
  /** Without asking first (PostgreSQL 17 and newer). */
  isDirect: boolean;
  /** What Node is to be told besides. */
  options?: tls.ConnectionOptions;
};

/** The length of the message, and a number that is no version of the protocol. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** Once `tcp` is connected: resolves `done` with what to talk through, TLS or what there was, or with why not. */
export function startTls(
  tcp: net.Socket,
  host: string,
  wish: TlsWish,
  done: (stream: net.Socket | Error) => void,
): void {
  const upgrade = () => {
    const secure = tls.connect({
      socket: tcp,
      ...(net.isIP(host) ? { host } : { servername: host }),
      ...(wish.isDirect ? { ALPNProtocols: ["postgresql"] } : {}),
      rejectUnauthorized: wish.mode === "with proof",
      ...wish.options,
    });
    secure.once("secureConnect", () => {
      secure.off("error", done);
      done(secure);
    });
    secure.once("error", done);
  };
  if (wish.isDirect) {
    tcp.once("connect", upgrade);
    return;
  }
  tcp.once("connect", () => tcp.write(SSL_REQUEST));
  tcp.once("data", (bytes) => {
    tcp.pause();
    // One byte and no more: what came behind it in clear would be read as if it had come through TLS.
    const answer = bytes.toString("latin1");
    if (answer === "S") upgrade();
    else if (answer === "N" && wish.mode === "if offered") done(tcp);
    else done(refusal(answer));
  });
}

function refusal(answer: string): ConnectionFailed {
  return answer === "N"
    ? new ConnectionFailed("CONNECTION_TLS", "The server speaks no TLS.")
    : new ConnectionFailed("CONNECTION_TLS", "The server answered neither yes nor no to TLS.");
}
