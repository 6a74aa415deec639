/**
 * Drizzle writes a failed query's parameters (addresses, hashes, tokens) into the error's message, and whoever logs the
 * error, Next.js included, logs them. Its constructor offers no way in but its assignments: `params` is dropped, and at
 * the assignment of `cause`, its last, the message is replaced and the stack made anew.
 */
import { DrizzleQueryError } from "drizzle-orm";

/** Makes every DrizzleQueryError of this process quiet about its parameters. Doing it again changes nothing. */
export function keepParametersOutOfErrors(): void {
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
