/** What the functions of operators answer, in words that a page and a command can say. */

import type { Sql } from "../connection/client.ts";
import { untilKnown } from "../execution/until-known.ts";

/** What was done, or is so already; each was written down, or needed nothing to be written. */
export type Done = "done" | "opened" | "changed" | "unchanged";

/** Why nothing was done. */
export type NotDone =
  /** Who acts is no operator (any more), or is frozen. */
  | "not_operator"
  /** Nobody acts upon themselves: so there is always an operator left, and nobody gives themselves money or leave. */
  | "self"
  | "unknown_user"
  | "unknown_account"
  | "unknown_request"
  /** A merchant or an operator could be taken for them. */
  | "name_taken"
  | "handle_taken"
  /** They are a merchant or an operator already. */
  | "not_payer"
  /** The request was decided otherwise before. */
  | "decided"
  /** One account is not given back to somebody who is frozen altogether. */
  | "person_frozen";

export type Verdict = Done | NotDone;

/** Whether what was asked for is so now. */
export function isDone(verdict: Verdict): verdict is Done {
  return verdict === "done" || verdict === "opened" || verdict === "changed" || verdict === "unchanged";
}

/**
 * Sends a statement of an operator until its outcome is known. Each of them may be sent again: it then finds that it is so
 * already. Throws OutcomeUnknown where the database did not answer in time.
 */
export async function verdictOf(
  send: (sql: Sql) => PromiseLike<readonly { verdict: string }[]>,
): Promise<Verdict> {
  const [row] = await untilKnown("keys", send);
  if (!row) throw new Error("Bug: a function of operators answered nothing.");
  return row.verdict as Verdict;
}
