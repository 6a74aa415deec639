/** What the actions of a merchant's forms answer where they make nothing: the form again, with all that was typed. */
import { randomUUID } from "node:crypto";
import { redirect } from "next/navigation";
import { uuid } from "@/lib/api/requests";
import { type FormState, type FormTrouble, refuseForm, troubled } from "@/lib/form/form-state";
import type { MakeProblem, MakeState } from "@/lib/orders/make-state";

/** What became of putting an order or a link under its id. */
type Put = { type: "created" | "same" | "conflict" | "no-account" | "too-large" };

/**
 * Answers for `form`, which was sent under `id` (a new one where it names none). Sent again, it makes what it would have made
 * now. Whoever calls an action without a form is answered like one that is empty.
 */
export function answerToMake(form: FormData | undefined) {
  const sent = typeof form?.get === "function" ? form : new FormData();
  const id = uuid.safeParse(sent.get("id")).data ?? randomUUID();
  const problem = (what: MakeProblem): MakeState => ({ ...refuseForm(sent, []), id, problem: what });
  return {
    id,
    /** Who the form was opened as. */
    openedAs: sent.get("user"),
    trouble: (trouble: FormTrouble): MakeState => ({ ...troubled(sent, trouble), id }),
    wrong: (state: FormState): MakeState => ({ ...state, id }),
    /** Leads to `place`, where what was put stands; where nothing was, the form comes back. */
    toPut: (put: Put, place: string): MakeState => {
      switch (put.type) {
        case "created":
        case "same":
          return redirect(place);
        case "conflict":
          // Something else was made under `id` before: what stands in the form now would be made under the new one.
          return { ...problem("made"), id: randomUUID(), madeId: id };
        case "no-account":
          return problem("no-account");
        case "too-large":
          return { ...refuseForm(sent, [{ name: "items.0.price", code: "total" }]), id };
        default:
          return put.type satisfies never;
      }
    },
  };
}
