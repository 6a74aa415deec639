/** Where the sockets of one pool come from. It knows them all, so that a pool that is given up leaves none behind. */
import type { ConnectionOptions } from "node:tls";
import type { AnswerRules } from "./answers.ts";
import { ConnectionFailed } from "./connection-failed.ts";
import { type Host, readDatabaseUrl } from "./database-url.ts";
import { DatabaseSocket, SILENCE_MAX_MS } from "./socket.ts";
import type { TlsWish } from "./tls.ts";

/** What postgres.js hands over for a new connection: its own options, which it goes on reading. */
type DriverOptions = { host: readonly string[] };

export type ConnectorOptions = {
  /** How long an answer may take, or ANY_TIME. */
  silenceMaxMs?: number;
  /** Whether transactions of our own may be open between statements. */
  transactions?: AnswerRules["transactions"];
  /** What Node is to be told about TLS, which is then demanded, whatever the address says. */
  tls?: ConnectionOptions | undefined;
};

/** The pause before a connection is tried again, at most: a server that is back is found within half a second. */
const BACKOFF_MAX_S = 0.5;
/** The first pause; it triples with each failure in a row. */
const BACKOFF_S = 0.01;
/** How long to wait for a new connection; longer than a busy server takes to greet, shorter than any of our deadlines. */
const CONNECT_TIMEOUT_S = 5;
/** The same for one of several hosts: there has to be time for the next. */
const HOST_TIMEOUT_MS = 2_000;

export class Connector {
  /** What postgres.js is to be given as its address. */
  readonly url: string;
  readonly #sockets = new Set<DatabaseSocket>();
  readonly #hosts: readonly [Host, ...Host[]];
  readonly #names: readonly string[];
  readonly #tls: TlsWish | undefined;
  readonly #rules: AnswerRules;
  readonly #silenceMaxMs: number;
  /** The hosts whose latest connection came to nothing: not there, or a standby. */
  readonly #unusable = new Set<Host>();
  #turn = 0;
  #isRetired = false;

  /** Throws one sentence where `url` is none. */
  constructor(url: string, { silenceMaxMs, transactions, tls }: ConnectorOptions = {}) {
    const { hosts, attributes, tls: wish, rest } = readDatabaseUrl(url);
    this.url = rest;
    this.#hosts = hosts;
    this.#names = hosts.map(({ host }) => host);
    this.#rules = { transactions: transactions ?? "none", attributes };
    this.#silenceMaxMs = silenceMaxMs ?? SILENCE_MAX_MS;
    if (tls) this.#tls = { mode: "with proof", isDirect: false, options: tls };
    else if (wish.mode !== "off") this.#tls = { mode: wish.mode, isDirect: wish.isDirect };
  }

  /** What postgres.js is to be told, so that its connections come from here. */
  get options() {
    return {
      socket: (options: DriverOptions) => this.#open(options),
      // Ours does it itself; the driver would only ask the environment.
      ssl: false as const,
      target_session_attrs: this.#rules.attributes,
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
    const host = this.#nextHost();
    let isUsable = false;
    let limit: NodeJS.Timeout | undefined;
    const socket = new DatabaseSocket({
      to: this.#isRetired ? new ConnectionFailed("CONNECTION_ENDED", "The pool was given up.") : host,
      tls: this.#tls,
      silenceMaxMs: this.#silenceMaxMs,
      rules: this.#rules,
      onReady: () => {
        clearTimeout(limit);
        isUsable = true;
        this.#unusable.delete(host);
      },
      onGone: () => {
        clearTimeout(limit);
        this.#sockets.delete(socket);
        if (!isUsable) this.#unusable.add(host);
      },
    });
    if (this.#hosts.length > 1) {
      const late = () => socket.destroy(new ConnectionFailed("ETIMEDOUT", `${host.host} gave no answer.`));
      limit = setTimeout(late, HOST_TIMEOUT_MS);
    }
    // While the driver knows of a second host, it keeps an error of a new connection to itself and makes another one; for
    // ever, if it is let. It looks when it hears of the error, which is right after this listener, the first of all.
    socket.on("error", () => {
      const isTold = isUsable || this.#isRetired || this.#unusable.size >= this.#hosts.length;
      options.host = this.#names.slice(0, isTold ? 1 : undefined);
    });
    this.#sockets.add(socket);
    return socket;
  }

  /** The hosts take turns, those that were of use before those that were not. */
  #nextHost(): Host {
    const usable = this.#hosts.filter((host) => !this.#unusable.has(host));
    const [first] = this.#hosts;
    const candidates = usable.length > 0 ? usable : this.#hosts;
    this.#turn += 1;
    return candidates[this.#turn % candidates.length] ?? first;
  }
}
