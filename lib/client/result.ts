/** What a call comes to, other than a payment. Expected outcomes are values; nothing is thrown for them. */
import type { ProblemAnswer } from "./exchange.ts";
import type { GivenUp, RetryResult } from "./retry.ts";

/** Not executed as it was sent. The problem says why, whether the key's money moved, and what to do. */
export type Refused = { type: "refused"; problem: ProblemAnswer };

/** Given up without an answer: what was asked may have been done. The same call again, later, finds out. */
export type Unknown = {
  type: "unknown";
  why: GivenUp;
  /** The last thing the service said, if it said anything. */
  problem: ProblemAnswer | undefined;
  retryAfterMs: number | undefined;
};

export type Result<T> = { type: "ok"; status: number; value: T } | Refused | Unknown;

export function unknown({ why, last }: RetryResult & { type: "given-up" }): Unknown {
  const isProblem = last?.type === "problem";
  return {
    type: "unknown",
    why,
    problem: isProblem ? last.problem : undefined,
    retryAfterMs: isProblem ? last.retryAfterMs : undefined,
  };
}

/** The result of a call, after its retries; `read` has accepted the body already. */
export function resultOf<T>(result: RetryResult, read: (body: unknown) => T | undefined): Result<T> {
  if (result.type === "given-up") return unknown(result);
  const { exchange } = result;
  if (exchange.type === "problem") return { type: "refused", problem: exchange.problem };
  const value = read(exchange.body);
  if (value === undefined) throw new Error("Bug: a body that could not be read was taken for an answer.");
  return { type: "ok", status: exchange.status, value };
}
