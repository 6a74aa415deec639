/** The SQLSTATE of an error of postgres.js or Drizzle (which wraps it as `cause`), or the driver's own code. */
export function errorCode(error: unknown): string | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ("code" in current && typeof current.code === "string") return current.code;
  }
  return undefined;
}
