/**
 * What a database failure says about the outcome. Only what is listed as definitive is: Postgres told us that it
 * rejected the statement for what it is, so nothing happened and nothing ever will by trying again. Whatever else went
 * wrong (connection lost, timeout, lock wait, serialization, shutdown, full disk, anything nobody thought of) leaves
 * the outcome unknown, and settling again with the same key finds it out.
 */

/** Classes of SQLSTATE that mean "this statement is wrong": a bug of ours, not bad luck. */
const DEFINITIVE_CLASSES: ReadonlySet<string> = new Set([
  "0A", // feature not supported
  "22", // data exception
  "23", // integrity constraint violation
  "42", // syntax error or access rule violation
  "P0", // raised by PL/pgSQL
]);

/** 25001, 25000, …: raised by our own guard against another isolation level. 25006, read-only, is bad luck. */
const INVALID_TRANSACTION_STATE = "25000";

/** The SQLSTATE of an error of postgres.js or Drizzle (which wraps it as `cause`), or the driver's own code. */
export function failureCode(error: unknown): string | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ("code" in current && typeof current.code === "string") return current.code;
  }
  return undefined;
}

/** Whether `error` proves that the statement had no effect and would have none if sent again. */
export function isDefinitive(error: unknown): boolean {
  const code = failureCode(error);
  if (code === undefined || !/^[0-9A-Z]{5}$/.test(code)) return false;
  return DEFINITIVE_CLASSES.has(code.slice(0, 2)) || code === INVALID_TRANSACTION_STATE;
}
