/**
 * The stream that postgres.js talks through, in front of a TCP connection of our own, or TLS on it. The driver waits for
 * ever on a half-open connection (porsager/postgres #1089), listens for errors a moment too late, dials again without end
 * where a connection is closed before it was of use, and believes an answer that a server in between has made up. Here
 * whatever ends a connection that the driver has not ended itself is an error, told once it listens: its query fails, and
 * nothing hangs; and what is not to be believed (answers.ts) ends the connection before the driver sees it. Nor does it see
 * an error whose answer never ended: it would tell it to whoever is the next to use what comes in the connection's place.
 */
import net from "node:net";
import { Duplex } from "node:stream";
import { AnswerReader, type AnswerRules } from "./answer-guard.ts";
import { ConnectionFailed } from "./connection-failed.ts";
import { startTls, type TlsWish } from "./tls.ts";

/** A little longer than any statement of the pools may take (pool.ts): an answer that comes later than this does not come. */
export const SILENCE_MAX_MS = 7_000;
/** For a connection whose statements may take any time. */
export const ANY_TIME = 0;
/** What the driver ends with when it has to hear of an error, in order to end its question (Sync) itself. */
const FLUSH = Buffer.from([0x48, 0, 0, 0, 4]);
/** Idle connections are probed after this long, so that one whose host vanished is not the next to be used. */
const KEEP_ALIVE_DELAY_MS = 10_000;

export type SocketOptions = {
  /** Where to, or why not: then it fails with that. */
  to: { host: string; port: number } | Error;
  /** Absent: in clear. */
  tls: TlsWish | undefined;
  /** How long something may stay unanswered before nobody is there, or ANY_TIME. */
  silenceMaxMs: number;
  rules: AnswerRules;
  /** The server has let us in: it takes statements, and is one that may be talked to. */
  onReady(): void;
  /** It is over, whichever way. */
  onGone(): void;
};

export class DatabaseSocket extends Duplex {
  /** The driver names both in its errors. */
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly #options: SocketOptions;
  readonly #answers: AnswerReader;
  #tcp: net.Socket | undefined;
  /** What is talked through, once it stands: TCP, or TLS on it. */
  #stream: net.Socket | undefined;
  /** What the driver has written before that. */
  #early: (() => void) | undefined;
  /** Of an answer that is an error, until it has ended. */
  #held: Buffer[] = [];
  #isAskedInPart = false;

  constructor(options: SocketOptions) {
    super();
    this.#options = options;
    this.#answers = new AnswerReader(options.rules);
    if (options.to instanceof Error) return;
    this.host = options.to.host;
    this.port = options.to.port;
  }

  /** As that of a net.Socket, as far as the driver asks. */
  get readyState(): "opening" | "open" | "closed" {
    if (this.destroyed) return "closed";
    return this.#stream && !this.#stream.connecting ? "open" : "opening";
  }

  /** Begins a turn of the event loop later: some connects fail at once, and by then the driver listens. */
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
    const isLocal = host.startsWith("/");
    const tcp = net.connect(isLocal ? { path: `${host}/.s.PGSQL.${port}` } : { host, port });
    this.#tcp = tcp;
    tcp.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
    tcp.on("error", (error) => this.destroy(error));
    if (tls === undefined || isLocal) {
      this.#talkThrough(tcp);
      return;
    }
    const over = () => this.#over();
    tcp.on("end", over).on("close", over);
    startTls(tcp, host, tls, (stream) => {
      tcp.off("end", over).off("close", over);
      if (stream instanceof Error) this.destroy(stream);
      else this.#talkThrough(stream);
    });
  }

  #talkThrough(stream: net.Socket): void {
    this.#stream = stream;
    if (this.destroyed) stream.destroy();
    stream.on("data", (bytes) => this.#hear(stream, bytes));
    // A turn later, so that the server's last words, which say why, are read first.
    stream.on("end", () => setImmediate(() => this.#over()));
    stream.on("close", () => setImmediate(() => this.#over()));
    if (stream !== this.#tcp) stream.on("error", (error) => this.destroy(error));
    stream.on("timeout", () => this.destroy(new ConnectionFailed("ETIMEDOUT", "The database fell silent.")));
    stream.resume();
    this.#early?.();
    this.#early = undefined;
  }

  #hear(stream: net.Socket, bytes: Buffer): void {
    stream.setTimeout(0);
    const wasReady = this.#answers.isReady;
    const fault = this.#answers.read(bytes);
    if (fault) {
      this.destroy(fault);
      return;
    }
    if (!wasReady && this.#answers.isReady) this.#options.onReady();
    this.#held.push(bytes);
    if (this.#answers.isErrorOpen && !this.#isAskedInPart) return;
    const [first = bytes, ...others] = this.#held.splice(0);
    if (!this.push(others.length === 0 ? first : Buffer.concat([first, ...others]))) stream.pause();
  }

  /** The other end has closed. In good order that is only after we have said that we are done. */
  #over(): void {
    if (this.writableEnded) this.destroy();
    else this.destroy(new ConnectionFailed("ECONNRESET", "The database closed the connection."));
  }

  override _read(): void {
    this.#stream?.resume();
  }

  /** Silence counts from the last write that is not answered; any byte that is read afterwards ends it. */
  override _write(bytes: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#isAskedInPart = bytes.subarray(-FLUSH.length).equals(FLUSH);
    const write = () => {
      this.#stream?.setTimeout(this.#options.silenceMaxMs);
      this.#stream?.write(bytes, done);
    };
    if (this.#stream) write();
    else this.#early = write;
  }

  override _final(done: () => void): void {
    (this.#stream ?? this.#tcp)?.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#options.onGone();
    this.#stream?.destroy();
    this.#tcp?.destroy();
    done(error);
  }
}
