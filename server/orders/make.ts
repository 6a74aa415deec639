/** What the actions of a merchant's forms answer where they make nothing: the form again, with all that was typed. */
import { randomUUID } from "node:crypto";
import { uuid } from "@/lib/api/requests";
import { type FormState, type FormTrouble, refuseForm, troubled } from "@/lib/form/form-state";
import type { MakeProblem, MakeState } from "@/lib/orders/make-state";

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
    problem,
    trouble: (trouble: FormTrouble): MakeState => ({ ...troubled(sent, trouble), id }),
    wrong: (state: FormState): MakeState => ({ ...state, id }),
    /** Something else was made under `id` before: what stands in the form now would be made under `nextId`. */
    madeBefore: (nextId: string): MakeState => ({ ...problem("made"), id: nextId, madeId: id }),
    tooLarge: (): MakeState => ({ ...refuseForm(sent, [{ name: "items.0.price", code: "total" }]), id }),
  };
}
