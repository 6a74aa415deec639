/** What the actions of a merchant's forms answer where they make nothing: the form again, with all that was typed. */
import { type FormState, refuseForm } from "@/lib/form/form-state";
import type { MakeProblem, MakeState } from "@/lib/orders/make-state";

/** Answers for `form`, which was sent under `id`. Sent again, it makes what it would have made now. */
export function answerToMake(form: FormData, id: string) {
  const problem = (what: MakeProblem): MakeState => ({ ...refuseForm(form, []), id, problem: what });
  return {
    problem,
    wrong: (state: FormState): MakeState => ({ ...state, id }),
    notAuthorized: (what: "unauthenticated" | "forbidden" | "rate-limited"): MakeState => {
      switch (what) {
        case "unauthenticated":
          return problem("signed-out");
        case "rate-limited":
          return problem("limited");
        case "forbidden":
          return problem("forbidden");
        default:
          return what satisfies never;
      }
    },
    /** Something else was made under `id` before: what stands in the form now would be made under `nextId`. */
    madeBefore: (nextId: string): MakeState => ({ ...problem("made"), id: nextId, madeId: id }),
    tooLarge: (): MakeState => ({
      ...refuseForm(form, [{ name: "items.0.price", code: "total" }]),
      id,
    }),
  };
}
