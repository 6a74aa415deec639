/**
 * Reads along what a server sends, and tells when it is not to be believed. A pooler in between may have opened a
 * transaction around our statement, which it answers and then never commits: Pgpool-II does so in its raw mode
 * (findings/pgpool-raw-mode-loses-commits.sh). Each answer
 * ends with ReadyForQuery, and whoever asked hears nothing before it; it says whether a transaction is open. Where one is
 * that we have not begun, the answer is none. A few comparisons a message, and no copy of it.
 */
import { ConnectionFailed } from "./connection-failed.ts";
import type { SessionAttributes } from "./database-url.ts";

export type AnswerRules = {
  /** Whether we may have transactions open between statements: never on the pools. They have no savepoints. */
  transactions: "none" | "ours";
  attributes: SessionAttributes;
};

/** Type and length of a message. */
const HEADER_BYTES = 5;
/** Of those that are read whole, and before we are let in of any, none is longer. */
const READ_WHOLE_MAX_BYTES = 65_536;
const READY_FOR_QUERY = 0x5a;
const ERROR_RESPONSE = 0x45;
const COMMAND_COMPLETE = 0x43;
const PARAMETER_STATUS = 0x53;
const IDLE = 0x49;
const NOTHING = Buffer.alloc(0);

export class AnswerReader {
  readonly #rules: AnswerRules;
  /** The beginning of a message that is to be read whole, or of a header. */
  #begun: Buffer = NOTHING;
  /** How much of the message before is still to come. */
  #skip = 0;
  #isReady = false;
  #hasBegun = false;
  #isErrorOpen = false;

  constructor(rules: AnswerRules) {
    this.#rules = rules;
  }

  /** Whether the server has let us in: it takes statements. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Whether a statement has failed, and its answer has not ended yet. */
  get isErrorOpen(): boolean {
    return this.#isErrorOpen;
  }

  /** Reads what came. What it returns is why nothing of it may reach the driver, nor anything after it. */
  read(chunk: Buffer): ConnectionFailed | undefined {
    const bytes = this.#begun.length === 0 ? chunk : Buffer.concat([this.#begun, chunk]);
    let at = this.#skip;
    while (bytes.length - at >= HEADER_BYTES) {
      const type = bytes.readUInt8(at);
      const length = 1 + bytes.readUInt32BE(at + 1);
      const isReadWhole = this.#isReadWhole(type);
      if (type === ERROR_RESPONSE && this.#isReady) this.#isErrorOpen = true;
      if (length < HEADER_BYTES || ((isReadWhole || !this.#isReady) && length > READ_WHOLE_MAX_BYTES))
        return new ConnectionFailed("CONNECTION_GARBLED", "What was sent is not PostgreSQL's protocol.");
      if (isReadWhole) {
        if (bytes.length - at < length) break;
        const fault = this.#heed(type, bytes.subarray(at + HEADER_BYTES, at + length));
        if (fault) return fault;
      }
      at += length;
    }
    this.#skip = Math.max(0, at - bytes.length);
    this.#begun = bytes.subarray(at);
    return undefined;
  }

  #isReadWhole(type: number): boolean {
    if (type === READY_FOR_QUERY) return true;
    return this.#isReady
      ? type === COMMAND_COMPLETE && this.#rules.transactions === "ours"
      : type === PARAMETER_STATUS;
  }

  #heed(type: number, body: Buffer): ConnectionFailed | undefined {
    switch (type) {
      case PARAMETER_STATUS:
        return this.#heedParameter(body.toString("latin1").split("\0"));
      case COMMAND_COMPLETE:
        return this.#heedCommand(body.toString("latin1"));
      default:
        return this.#heedReady(body[0] === IDLE);
    }
  }

  /** Before it lets us in, PostgreSQL (14 and newer) says of itself whether it is a standby. */
  #heedParameter([name, value]: string[]): ConnectionFailed | undefined {
    if (name === "in_hot_standby" && value === "on")
      return new ConnectionFailed("CONNECTION_STANDBY", "This server is a standby.");
    const isReadOnly = name === "default_transaction_read_only" && value === "on";
    if (isReadOnly && this.#rules.attributes === "read-write")
      return new ConnectionFailed("CONNECTION_READ_ONLY", "This server takes no writes by default.");
    return undefined;
  }

  #heedCommand(tag: string): undefined {
    if (tag === "BEGIN\0") this.#hasBegun = true;
    if (tag === "COMMIT\0" || tag === "ROLLBACK\0") this.#hasBegun = false;
  }

  #heedReady(isIdle: boolean): ConnectionFailed | undefined {
    this.#isReady = true;
    this.#isErrorOpen = false;
    if (!isIdle && !this.#hasBegun)
      return new ConnectionFailed(
        "CONNECTION_IN_TRANSACTION",
        "The answer came from inside a transaction that is not ours, and that may never be committed.",
      );
    return undefined;
  }
}
