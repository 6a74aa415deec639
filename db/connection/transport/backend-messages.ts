/**
 * Parses the messages that the server sends, without copying them, and finds responses that may not be trusted. A pooler in
 * between may have opened a transaction around our statement, which it never commits: Pgpool-II does so in its raw mode
 * (findings/pgpool-raw-mode-loses-commits.sh). Each response ends with ReadyForQuery, before which the driver resolves
 * nothing; it says whether a transaction is open. Where one is that we have not begun, the connection fails.
 */

import type { SessionAttributes } from "../database-url.ts";
import { ConnectionFailed, ConnectionRefused } from "./connection-failed.ts";

export type ProtocolRules = {
  /** Whether we may have transactions open between statements: never on the pools. They have no savepoints. */
  transactions: "none" | "ours";
  attributes: SessionAttributes;
};

/** Type and length of a message. */
const HEADER_BYTES = 5;
/** No message that is buffered is longer, nor is any before the first ReadyForQuery. */
const BUFFERED_MAX_BYTES = 65_536;
const READY_FOR_QUERY = 0x5a;
const ERROR_RESPONSE = 0x45;
const COMMAND_COMPLETE = 0x43;
const PARAMETER_STATUS = 0x53;
const IDLE = 0x49;
const EMPTY = Buffer.alloc(0);

export class BackendMessages {
  readonly #rules: ProtocolRules;
  /** The beginning of a header, or of a message whose body is needed. */
  #partial: Buffer = EMPTY;
  /** How many bytes of a message whose body is not needed are still to come. */
  #skip = 0;
  #isReady = false;
  #isInOwnTransaction = false;
  #isErrorPending = false;

  constructor(rules: ProtocolRules) {
    this.#rules = rules;
  }

  /** Whether start-up is complete: the server takes statements. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Whether a statement has failed, and ReadyForQuery has not followed yet. */
  get isErrorPending(): boolean {
    return this.#isErrorPending;
  }

  /** Parses a chunk. Returns why neither it nor anything after it may reach the driver. */
  read(chunk: Buffer): ConnectionFailed | ConnectionRefused | undefined {
    const bytes = this.#partial.length === 0 ? chunk : Buffer.concat([this.#partial, chunk]);
    let at = this.#skip;
    while (bytes.length - at >= HEADER_BYTES) {
      const type = bytes.readUInt8(at);
      const length = 1 + bytes.readUInt32BE(at + 1);
      const isBodyNeeded = this.#isBodyNeeded(type);
      if (type === ERROR_RESPONSE && this.#isReady) this.#isErrorPending = true;
      if (length < HEADER_BYTES || ((isBodyNeeded || !this.#isReady) && length > BUFFERED_MAX_BYTES))
        return new ConnectionFailed("CONNECTION_GARBLED", "What was sent is not PostgreSQL's protocol.");
      if (isBodyNeeded) {
        if (bytes.length - at < length) break;
        const fault = this.#handle(type, bytes.subarray(at + HEADER_BYTES, at + length));
        if (fault) return fault;
      }
      at += length;
    }
    this.#skip = Math.max(0, at - bytes.length);
    this.#partial = bytes.subarray(at);
    return undefined;
  }

  #isBodyNeeded(type: number): boolean {
    if (type === READY_FOR_QUERY) return true;
    return this.#isReady
      ? type === COMMAND_COMPLETE && this.#rules.transactions === "ours"
      : type === PARAMETER_STATUS || type === ERROR_RESPONSE;
  }

  #handle(type: number, body: Buffer): ConnectionFailed | ConnectionRefused | undefined {
    switch (type) {
      case ERROR_RESPONSE:
        return refusal(body.toString());
      case PARAMETER_STATUS:
        return this.#checkParameter(body.toString("latin1").split("\0"));
      case COMMAND_COMPLETE:
        return this.#trackTransaction(body.toString("latin1"));
      default:
        return this.#checkReady(body[0] === IDLE);
    }
  }

  /** PostgreSQL 14 and newer report during start-up whether they are a standby. */
  #checkParameter([name, value]: string[]): ConnectionFailed | undefined {
    if (name === "in_hot_standby" && value === "on")
      return new ConnectionFailed("CONNECTION_STANDBY", "This server is a standby.");
    const isReadOnly = name === "default_transaction_read_only" && value === "on";
    if (isReadOnly && this.#rules.attributes === "read-write")
      return new ConnectionFailed("CONNECTION_READ_ONLY", "This server takes no writes by default.");
    return undefined;
  }

  #trackTransaction(tag: string): undefined {
    if (tag === "BEGIN\0") this.#isInOwnTransaction = true;
    if (tag === "COMMIT\0" || tag === "ROLLBACK\0") this.#isInOwnTransaction = false;
  }

  #checkReady(isIdle: boolean): ConnectionFailed | undefined {
    this.#isReady = true;
    this.#isErrorPending = false;
    if (!isIdle && !this.#isInOwnTransaction)
      return new ConnectionFailed(
        "CONNECTION_IN_TRANSACTION",
        "The answer came from inside a transaction that is not ours, and that may never be committed.",
      );
    return undefined;
  }
}

/** What the fields of an ErrorResponse say: each a letter and a text, ended by a zero byte. */
function refusal(fields: string): ConnectionRefused {
  const field = (letter: string) =>
    fields
      .split("\0")
      .find((one) => one.startsWith(letter))
      ?.slice(1);
  return new ConnectionRefused(field("C") ?? "08006", field("M") ?? "The server refused the connection.");
}
