/** What a page can still show while the database does not answer. */
import { unstable_rethrow } from "next/navigation";
import { problemOf } from "../http/responses.ts";
import type { PageName } from "./policy.ts";

/** Who looks at a page is not known, because the database does not answer: a failure by its code, and no bug. */
export class RecordsUnreachable extends Error {
  readonly code = "RECORDS_UNREACHABLE";
  constructor() {
    super("The database does not answer, so nobody knows who looks at this page.");
  }
}

/**
 * What `read` returns; undefined where the database does not answer, which says nothing about what it would have said. Bugs are
 * thrown, and so are redirects and "not found".
 */
export async function whileReachable<T>(page: PageName, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    unstable_rethrow(error);
    if (problemOf(error, { page }).type === "/problems/internal-error") throw error;
    return undefined;
  }
}
