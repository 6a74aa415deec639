/** A connection that failed, under a code that the table of failures (payments/failures.ts) knows as in doubt. */
export class ConnectionFailed extends Error {
  override readonly name = "ConnectionFailed";
  readonly code:
    | "CONNECTION_ENDED"
    | "CONNECTION_DESTROYED"
    | "CONNECTION_GARBLED"
    | "CONNECTION_IN_TRANSACTION"
    | "CONNECTION_READ_ONLY"
    | "CONNECTION_STANDBY"
    | "CONNECTION_TLS"
    | "ECONNRESET"
    | "ETIMEDOUT";

  constructor(code: ConnectionFailed["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** A server has refused a new connection, and said why. Whatever the connection was made for was never sent. */
export class ConnectionRefused extends Error {
  override readonly name = "ConnectionRefused";
  /** The SQLSTATE. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
