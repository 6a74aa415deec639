/** The question before a press: whether the payer is to be asked something before it is stored or sent. */
import { unstable_isUnrecognizedActionError } from "next/navigation";
import type { ProblemName } from "@/lib/api/problems";

/** Longer than the server waits for its database, so that its own answer comes first where there is one. */
const ANSWER_DEADLINE_MS = 9_000;

/**
 * `nothing`: the press goes on. `something`: the page shows what. `not-known`: there was no answer, and the press does not go
 * on: it may be a second payment, and most likely is where the first one has no answer either. `outdated`: the page is of an
 * earlier build, which has nobody to ask any more.
 */
export type Asked = "nothing" | "something" | "not-known" | "outdated";

/** Asks, and never rejects. */
export async function askFirst(
  ask: () => Promise<boolean | ProblemName>,
  deadlineMs = ANSWER_DEADLINE_MS,
): Promise<Asked> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const noAnswer = new Promise<"unavailable">((resolve) => {
    timer = setTimeout(() => resolve("unavailable"), deadlineMs);
  });
  try {
    const answer = await Promise.race([ask(), noAnswer]);
    if (typeof answer === "boolean") return answer ? "something" : "nothing";
    // Who they are the payment itself finds out: it is refused for the same reason, and says so.
    return answer === "unauthenticated" ? "nothing" : "not-known";
  } catch (error) {
    return unstable_isUnrecognizedActionError(error) ? "outdated" : "not-known";
  } finally {
    clearTimeout(timer);
  }
}
