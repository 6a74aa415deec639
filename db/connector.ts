/** Where the sockets of one pool come from. It knows them all, so that a pool that is given up leaves none behind. */
import { ConnectionFailed, DatabaseSocket, SILENCE_MAX_MS } from "./socket.ts";

/** What postgres.js hands over for a new connection: its own options, which it goes on reading. */
type DriverOptions = { host: readonly string[]; port: readonly number[]; path?: string | undefined | false };

/** The pause before a connection is tried again, at most: a server that is back is found within half a second. */
const BACKOFF_MAX_S = 0.5;
/** The first pause; it triples with each failure in a row. */
const BACKOFF_S = 0.01;
/** How long to wait for a new connection; longer than a busy server takes to greet, shorter than any of our deadlines. */
const CONNECT_TIMEOUT_S = 5;

export class Connector {
  readonly #sockets = new Set<DatabaseSocket>();
  readonly #silenceMaxMs: number;
  /** The hosts whose latest connection came to nothing. */
  readonly #unreachable = new Set<number>();
  #hosts: readonly string[] | undefined;
  #turn = 0;
  #isRetired = false;

  /** `silenceMaxMs`: how long an answer may take, or ANY_TIME. */
  constructor(silenceMaxMs: number = SILENCE_MAX_MS) {
    this.#silenceMaxMs = silenceMaxMs;
  }

  /** What postgres.js is to be told, so that its connections come from here. */
  get options() {
    return {
      socket: (options: DriverOptions) => this.#open(options),
      // Ours has its own.
      keep_alive: null,
      connect_timeout: CONNECT_TIMEOUT_S,
      // Retired, whatever still waits for a connection is to be refused at once.
      backoff: (failures: number) =>
        this.#isRetired ? 0 : ((1 + Math.random()) / 2) * Math.min(BACKOFF_S * 3 ** failures, BACKOFF_MAX_S),
    };
  }

  /** No new connection from now on: the driver would open them for whatever still waits in a pool that is ending. */
  retire(): void {
    this.#isRetired = true;
  }

  /** Cuts all connections, whatever runs on them. */
  cut(): void {
    // One error each: the driver writes the query that it failed upon it.
    for (const socket of this.#sockets)
      socket.destroy(
        new ConnectionFailed("CONNECTION_DESTROYED", "The pool of this connection was given up."),
      );
  }

  #open(options: DriverOptions): DatabaseSocket {
    this.#hosts ??= options.host;
    const hosts = this.#hosts;
    const at = this.#turn % Math.max(1, hosts.length);
    this.#turn += 1;
    const address = options.path
      ? { path: options.path }
      : { host: hosts[at] ?? "localhost", port: options.port[at] ?? 5432 };
    let isReachable = false;
    const socket = new DatabaseSocket({
      to: this.#isRetired ? new ConnectionFailed("CONNECTION_ENDED", "The pool was given up.") : address,
      silenceMaxMs: this.#silenceMaxMs,
      onAnswer: () => {
        isReachable = true;
        this.#unreachable.delete(at);
      },
      onGone: () => {
        this.#sockets.delete(socket);
        if (!isReachable) this.#unreachable.add(at);
        // While the driver knows of a second host, it keeps errors to itself and goes round; for ever, if it is let.
        options.host = this.#unreachable.size >= hosts.length ? hosts.slice(0, 1) : hosts;
      },
    });
    this.#sockets.add(socket);
    return socket;
  }
}
