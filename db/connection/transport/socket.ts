/**
 * The stream that postgres.js reads and writes, over a TCP connection of our own, or TLS on it. The driver waits for ever on
 * a half-open connection (porsager/postgres #1089), listens for errors a moment too late, reconnects without end where a
 * connection is closed before it was usable, and trusts every response. Here a connection that ends without the driver
 * having ended it is an error, emitted once the driver listens: its query fails, and nothing hangs. A response that
 * backend-messages.ts rejects ends the connection before the driver sees it. So does a server's refusal of a new connection, and an error
 * whose response never ended is withheld: where a statement had broken off before, the driver would report either to the next query
 * on the connection that replaces this one, however much later (findings/postgres-js-error-of-a-dead-connection.sh).
 */
import net from "node:net";
import { Duplex } from "node:stream";
import { BackendMessages, type ProtocolRules } from "./backend-messages.ts";
import { ConnectionFailed } from "./connection-failed.ts";
import { startTls, type TlsSettings } from "./tls.ts";

/** A little longer than the statement_timeout of the pools (pool.ts). */
export const RESPONSE_TIMEOUT_MS = 7_000;
/** For a connection whose statements may take any time. */
export const NO_TIMEOUT = 0;
/** Ends a message of the driver after which it needs an error at once: it then sends Sync itself. */
const FLUSH = Buffer.from([0x48, 0, 0, 0, 4]);
/** Idle connections are probed after this long, so that none whose host vanished is used. */
const KEEP_ALIVE_DELAY_MS = 10_000;

export type SocketOptions = {
  /** An error fails the connection before it is opened. */
  to: { host: string; port: number } | Error;
  /** Undefined: no TLS. */
  tls: TlsSettings | undefined;
  /** How long a response may take, or NO_TIMEOUT. */
  responseTimeoutMs: number;
  rules: ProtocolRules;
  /** Start-up is complete, and the server is one that may be used. */
  onReady(): void;
  onClosed(): void;
};

export class DatabaseSocket extends Duplex {
  /** Both are in the errors of the driver. */
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly #options: SocketOptions;
  readonly #messages: BackendMessages;
  #tcp: net.Socket | undefined;
  /** TCP, or TLS on it, once it is established. */
  #stream: net.Socket | undefined;
  /** What the driver has written before that. */
  #pendingWrite: (() => void) | undefined;
  /** An error response that has not ended yet. */
  #withheld: Buffer[] = [];
  #isFlushed = false;

  constructor(options: SocketOptions) {
    super();
    this.#options = options;
    this.#messages = new BackendMessages(options.rules);
    if (options.to instanceof Error) return;
    this.host = options.to.host;
    this.port = options.to.port;
  }

  /** As that of a net.Socket, as far as the driver reads it. */
  get readyState(): "opening" | "open" | "closed" {
    if (this.destroyed) return "closed";
    return this.#stream && !this.#stream.connecting ? "open" : "opening";
  }

  /** Connects a turn of the event loop later, when the driver listens for errors: some connects fail at once. */
  override _construct(done: (error?: Error) => void): void {
    setImmediate(() => {
      const { to } = this.#options;
      if (to instanceof Error) return done(to);
      this.#connect(to);
      done();
    });
  }

  #connect({ host, port }: { host: string; port: number }): void {
    const { tls } = this.#options;
    const isUnixSocket = host.startsWith("/");
    const tcp = net.connect(isUnixSocket ? { path: `${host}/.s.PGSQL.${port}` } : { host, port });
    this.#tcp = tcp;
    tcp.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
    tcp.on("error", (error) => this.destroy(error));
    if (tls === undefined || isUnixSocket) {
      this.#use(tcp);
      return;
    }
    const onEnd = () => this.#onEnd();
    tcp.on("end", onEnd).on("close", onEnd);
    startTls(tcp, host, tls, (stream) => {
      tcp.off("end", onEnd).off("close", onEnd);
      if (stream instanceof Error) this.destroy(stream);
      else this.#use(stream);
    });
  }

  #use(stream: net.Socket): void {
    this.#stream = stream;
    if (this.destroyed) stream.destroy();
    stream.on("data", (bytes) => this.#onData(stream, bytes));
    // A turn later, so that the server's last message, which says why, is read first.
    stream.on("end", () => setImmediate(() => this.#onEnd()));
    stream.on("close", () => setImmediate(() => this.#onEnd()));
    if (stream !== this.#tcp) stream.on("error", (error) => this.destroy(error));
    stream.on("timeout", () => this.destroy(new ConnectionFailed("ETIMEDOUT", "The database fell silent.")));
    stream.resume();
    this.#pendingWrite?.();
    this.#pendingWrite = undefined;
  }

  #onData(stream: net.Socket, bytes: Buffer): void {
    stream.setTimeout(0);
    const wasReady = this.#messages.isReady;
    const fault = this.#messages.read(bytes);
    if (fault) {
      this.destroy(fault);
      return;
    }
    if (!wasReady && this.#messages.isReady) this.#options.onReady();
    this.#withheld.push(bytes);
    if (this.#messages.isErrorPending && !this.#isFlushed) return;
    const [first = bytes, ...others] = this.#withheld.splice(0);
    if (!this.push(others.length === 0 ? first : Buffer.concat([first, ...others]))) stream.pause();
  }

  /** The server has closed the connection, which is an error unless the driver ended it first. */
  #onEnd(): void {
    if (this.writableEnded) this.destroy();
    else this.destroy(new ConnectionFailed("ECONNRESET", "The database closed the connection."));
  }

  override _read(): void {
    this.#stream?.resume();
  }

  /** The timeout runs from the last write; any byte that is read afterwards ends it. */
  override _write(bytes: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#isFlushed = bytes.subarray(-FLUSH.length).equals(FLUSH);
    const write = () => {
      this.#stream?.setTimeout(this.#options.responseTimeoutMs);
      this.#stream?.write(bytes, done);
    };
    if (this.#stream) write();
    else this.#pendingWrite = write;
  }

  override _final(done: () => void): void {
    (this.#stream ?? this.#tcp)?.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#options.onClosed();
    this.#stream?.destroy();
    this.#tcp?.destroy();
    done(error);
  }
}
