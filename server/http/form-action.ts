/** Server actions behind forms: whatever keeps one from being done, the form comes back with what was typed. */
import { unstable_rethrow } from "next/navigation";
import type { FormTrouble } from "@/lib/form/form-state";
import type { ActionName } from "../identity/policy.ts";
import { problemOf } from "./responses.ts";

/**
 * What `act` answers, or `answer` to an outage where it throws: then nothing is known, and the form is sent again as it is, under
 * the same id. What Next.js itself throws, to redirect, goes on.
 */
export async function formAction<S>(
  name: ActionName,
  act: () => Promise<S>,
  answer: (trouble: FormTrouble) => S,
): Promise<S> {
  try {
    return await act();
  } catch (error) {
    unstable_rethrow(error);
    problemOf(error, { action: name });
    return answer({ code: "unavailable" });
  }
}

/** Why an action is not authorized, as its form says it. */
export function troubleOf(
  refused:
    | { problem: Exclude<FormTrouble["code"], "other-user"> }
    | { problem: "other-user"; signedInAs: string },
): FormTrouble {
  return refused.problem === "other-user"
    ? { code: "other-user", signedInAs: refused.signedInAs }
    : { code: refused.problem };
}
