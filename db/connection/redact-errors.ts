/**
 * Drizzle writes a failed query's parameters (addresses, hashes, tokens) into the error's message, and whoever logs the
 * error, Next.js included, logs them. Only the assignments in its constructor can be intercepted: `params` is dropped, and
 * at the assignment of `cause`, the last, the message is replaced and the stack captured again.
 */
import { DrizzleQueryError } from "drizzle-orm";

/** Makes every DrizzleQueryError of this process omit its parameters. Idempotent. */
export function redactQueryErrors(): void {
  Object.defineProperty(DrizzleQueryError.prototype, "params", {
    configurable: true,
    get: () => [],
    set: () => {},
  });
  Object.defineProperty(DrizzleQueryError.prototype, "cause", {
    configurable: true,
    set(this: DrizzleQueryError, cause: unknown) {
      Object.defineProperty(this, "cause", { value: cause, configurable: true, writable: true });
      this.message = `A query failed: ${this.query}`;
      Error.captureStackTrace(this, DrizzleQueryError);
    },
  });
}
