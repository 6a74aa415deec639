/** Statements that several callers share: an input that Postgres refuses may not become the other callers' failure. */
import { errorCode } from "./error-code.ts";

/**
 * SQLSTATE classes that are about the values in a statement and would come again: data exception (22), cardinality
 * violation (21), program limit exceeded (54).
 */
const INPUT_ERROR = /^(21|22|54)[0-9A-Z]{3}$/;

/**
 * Executes a batch, with results in the order of `items`. Where that fails with an input error, each half is executed by
 * itself, and so on, until the items to blame stand alone with their failure. Throws any other error.
 */
export async function bisectBatch<Item, Result>(
  items: readonly Item[],
  execute: (items: readonly Item[]) => Promise<readonly Result[]>,
): Promise<PromiseSettledResult<Result>[]> {
  try {
    const results = await execute(items);
    if (results.length !== items.length)
      throw new Error("Bug: a batch has another number of results than items.");
    return results.map((value) => ({ status: "fulfilled", value }));
  } catch (reason) {
    if (!INPUT_ERROR.test(errorCode(reason) ?? "")) throw reason;
    if (items.length === 1) return [{ status: "rejected", reason }];
    const half = items.length >> 1;
    return [
      ...(await bisectBatch(items.slice(0, half), execute)),
      ...(await bisectBatch(items.slice(half), execute)),
    ];
  }
}
