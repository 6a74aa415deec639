/** Opens the sockets of one pool, and keeps them all, so that a pool that is given up leaves none behind. */
import type { ConnectionOptions } from "node:tls";
import { type Host, readDatabaseUrl } from "../database-url.ts";
import type { ProtocolRules } from "./backend-messages.ts";
import { ConnectionFailed } from "./connection-failed.ts";
import { DatabaseSocket, RESPONSE_TIMEOUT_MS } from "./socket.ts";
import type { TlsSettings } from "./tls.ts";

/** What postgres.js hands over for a new connection: its own options, which it goes on reading. */
type DriverOptions = { host: readonly string[] };

export type ConnectorOptions = {
  /** How long a response may take, or NO_TIMEOUT. */
  responseTimeoutMs?: number;
  /** Whether transactions of our own may be open between statements. */
  transactions?: ProtocolRules["transactions"];
  /** Node's options of TLS, which is then required and verified, whatever the address says. */
  tls?: ConnectionOptions | undefined;
};

/** The longest pause between two attempts to connect: a server that is back is found within half a second. */
const BACKOFF_MAX_S = 0.5;
/** The first pause; it triples with each failure in a row. */
const BACKOFF_S = 0.01;
/** Longer than a busy server takes to accept a connection, shorter than any of our deadlines. */
const CONNECT_TIMEOUT_S = 5;
/** The same for one of several hosts, which leaves time for the next. */
const HOST_TIMEOUT_MS = 2_000;

export class Connector {
  /** What postgres.js is to be given as its address. */
  readonly url: string;
  readonly #sockets = new Set<DatabaseSocket>();
  readonly #hosts: readonly [Host, ...Host[]];
  readonly #names: readonly string[];
  readonly #tls: TlsSettings | undefined;
  readonly #rules: ProtocolRules;
  readonly #responseTimeoutMs: number;
  /** The hosts whose latest connection failed: down, or a standby. */
  readonly #unusable = new Set<Host>();
  #opened = 0;
  #isRetired = false;

  /** Throws one sentence where `url` is none. */
  constructor(url: string, { responseTimeoutMs, transactions, tls }: ConnectorOptions = {}) {
    const { hosts, attributes, tls: settings, rest } = readDatabaseUrl(url);
    this.url = rest;
    this.#hosts = hosts;
    this.#names = hosts.map(({ host }) => host);
    this.#rules = { transactions: transactions ?? "none", attributes };
    this.#responseTimeoutMs = responseTimeoutMs ?? RESPONSE_TIMEOUT_MS;
    if (tls) this.#tls = { mode: "verify-full", isDirect: false, options: tls };
    else if (settings.mode !== "disable") this.#tls = { mode: settings.mode, isDirect: settings.isDirect };
  }

  /** The options of postgres.js that make its connections come from here. */
  get options() {
    return {
      socket: (options: DriverOptions) => this.#open(options),
      // The socket does TLS and keep-alive itself; the driver would only read the environment.
      ssl: false as const,
      target_session_attrs: this.#rules.attributes,
      keep_alive: null,
      connect_timeout: CONNECT_TIMEOUT_S,
      // Once retired, whatever still waits for a connection fails at once.
      backoff: (failures: number) =>
        this.#isRetired ? 0 : ((1 + Math.random()) / 2) * Math.min(BACKOFF_S * 3 ** failures, BACKOFF_MAX_S),
    };
  }

  /** Refuses new connections: the driver would open them for whatever still waits in a pool that is ending. */
  retire(): void {
    this.#isRetired = true;
  }

  /** Closes all connections, whatever runs on them. */
  cut(): void {
    // One error each, because the driver writes the failed query into it.
    for (const socket of this.#sockets)
      socket.destroy(
        new ConnectionFailed("CONNECTION_DESTROYED", "The pool of this connection was given up."),
      );
  }

  #open(options: DriverOptions): DatabaseSocket {
    const host = this.#nextHost();
    let isUsable = false;
    let timer: NodeJS.Timeout | undefined;
    const socket = new DatabaseSocket({
      to: this.#isRetired ? new ConnectionFailed("CONNECTION_ENDED", "The pool was given up.") : host,
      tls: this.#tls,
      responseTimeoutMs: this.#responseTimeoutMs,
      rules: this.#rules,
      onReady: () => {
        clearTimeout(timer);
        isUsable = true;
        this.#unusable.delete(host);
      },
      onClosed: () => {
        clearTimeout(timer);
        this.#sockets.delete(socket);
        if (!isUsable) this.#unusable.add(host);
      },
    });
    if (this.#hosts.length > 1) {
      const timeOut = () => socket.destroy(new ConnectionFailed("ETIMEDOUT", `${host.host} gave no answer.`));
      timer = setTimeout(timeOut, HOST_TIMEOUT_MS);
    }
    // While the driver knows of a second host, it swallows an error of a new connection and opens another one, for ever; a server that
    // refuses says what is wrong, which another host, a standby, would cover up. It
    // reads `host` when it handles the error, which is right after this listener, the first of all.
    socket.on("error", (error) => {
      const isReported =
        isUsable ||
        this.#isRetired ||
        error.name === "ConnectionRefused" ||
        this.#unusable.size >= this.#hosts.length;
      options.host = this.#names.slice(0, isReported ? 1 : undefined);
    });
    this.#sockets.add(socket);
    return socket;
  }

  /** Round robin, over the usable hosts where there are any. */
  #nextHost(): Host {
    const usable = this.#hosts.filter((host) => !this.#unusable.has(host));
    const [first] = this.#hosts;
    const candidates = usable.length > 0 ? usable : this.#hosts;
    this.#opened += 1;
    return candidates[this.#opened % candidates.length] ?? first;
  }
}
