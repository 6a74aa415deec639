/**
 * The stream that postgres.js talks through, in front of a TCP connection of our own. The driver waits for ever on a
 * half-open connection (porsager/postgres #1089), takes all listeners off its socket when it starts TLS, listens for
 * errors a moment too late, and dials again without end where a connection is closed before it was of use. Here, inside
 * or outside TLS, whatever ends a connection that the driver has not ended itself is an error, told once it listens: its
 * query fails, and nothing hangs.
 */
import net from "node:net";
import { Duplex } from "node:stream";

/** A little longer than any statement of the pools may take (pool.ts): an answer that comes later than this does not come. */
export const SILENCE_MAX_MS = 7_000;
/** For a connection whose statements may take any time. */
export const ANY_TIME = 0;
/** Idle connections are probed after this long, so that one whose host vanished is not the next to be used. */
const KEEP_ALIVE_DELAY_MS = 10_000;

/** A connection that failed, under a code that the table of failures (payments/failures.ts) knows. */
export class ConnectionFailed extends Error {
  override readonly name = "ConnectionFailed";
  readonly code: "CONNECTION_ENDED" | "CONNECTION_DESTROYED" | "ECONNRESET" | "ETIMEDOUT";
  constructor(code: ConnectionFailed["code"], message: string) {
    super(message);
    this.code = code;
  }
}

export type SocketOptions = {
  /** Where to, or why not: then it fails with that. */
  to: { host: string; port: number } | { path: string } | Error;
  /** How long something may stay unanswered before nobody is there, or ANY_TIME. */
  silenceMaxMs: number;
  /** The first byte came. */
  onAnswer(): void;
  /** It is over, whichever way. Called before the driver hears of it. */
  onGone(): void;
};

export class DatabaseSocket extends Duplex {
  /** The driver asks TLS for the certificate of the name that stands here, and names both in its errors. */
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly #options: SocketOptions;
  #tcp: net.Socket | undefined;
  #hasAnswered = false;

  constructor(options: SocketOptions) {
    // Half open, so that TLS inside does not close in good order what the other end has cut short.
    super({ allowHalfOpen: true });
    this.#options = options;
    if ("port" in options.to) {
      this.host = options.to.host;
      this.port = options.to.port;
    }
  }

  /** As that of a net.Socket, as far as the driver asks. */
  get readyState(): "opening" | "open" | "closed" {
    if (this.destroyed) return "closed";
    return this.#tcp && !this.#tcp.connecting ? "open" : "opening";
  }

  /** Begins a turn of the event loop later: some connects fail at once, and by then the driver listens. */
  override _construct(done: (error?: Error) => void): void {
    setImmediate(() => {
      const { to } = this.#options;
      if (to instanceof Error) return done(to);
      try {
        this.#tcp = this.#listenTo(net.connect(to));
        done();
      } catch (error) {
        // Such as a port that is none.
        done(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  #listenTo(tcp: net.Socket): net.Socket {
    tcp.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
    tcp.on("data", (bytes) => {
      tcp.setTimeout(0);
      if (!this.#hasAnswered) this.#options.onAnswer();
      this.#hasAnswered = true;
      if (!this.push(bytes)) tcp.pause();
    });
    // A turn later, so that the server's last words, which say why, are read first.
    tcp.on("end", () => setImmediate(() => this.#over()));
    tcp.on("close", () => setImmediate(() => this.#over()));
    tcp.on("error", (error) => this.destroy(error));
    tcp.on("timeout", () => this.destroy(new ConnectionFailed("ETIMEDOUT", "The database fell silent.")));
    return tcp;
  }

  /** The other end has closed. In good order that is only after we have said that we are done. */
  #over(): void {
    if (this.writableEnded) this.destroy();
    else this.destroy(new ConnectionFailed("ECONNRESET", "The database closed the connection."));
  }

  override _read(): void {
    this.#tcp?.resume();
  }

  /** Silence counts from the last write that is not answered; any byte that is read afterwards ends it. */
  override _write(bytes: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#tcp?.setTimeout(this.#options.silenceMaxMs);
    this.#tcp?.write(bytes, done);
  }

  override _final(done: () => void): void {
    this.#tcp?.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#options.onGone();
    this.#tcp?.destroy();
    done(error);
  }
}
