/** What operators do by a form: parsed, done, and told; whatever keeps it from being done, the form comes back as it was. */
import type { z } from "zod";
import { findPerson } from "@/db/operators/find-people";
import { isDone, type NotDone, type Verdict } from "@/db/operators/verdicts";
import { type FormState, parseForm, refuseForm, troubled } from "@/lib/form/form-state";
import { ACT_FORMS, type Act } from "@/lib/ops/acts";
import { tell } from "../http/flash.ts";
import { troubleOf } from "../http/form-action.ts";
import type { authorizeAction } from "../identity/authorize.ts";

type Authorization = Awaited<ReturnType<typeof authorizeAction<"renamePerson">>>;
type Value<A extends Act> = z.output<(typeof ACT_FORMS)[A]>;

/**
 * Does `work` as the operator who is let in, with what the form of `kind` says, and leads to `place`, which says what was done. A
 * verdict that it was not done is shown beside the field that `blames` names for it, else above the form; an operator who is
 * frozen, reads everything and does nothing, is told that it is this. Sent again after an
 * outage it is the same act: it then finds that it is so already.
 */
export async function act<A extends Act>(
  authorization: Authorization,
  kind: A,
  form: FormData,
  {
    work,
    place,
    blames = {},
  }: {
    work: (actorId: string, value: Value<A>) => Promise<Verdict>;
    place: (value: Value<A>) => string | Promise<string>;
    blames?: Partial<Record<NotDone, string>>;
  },
): Promise<FormState> {
  if (!authorization.ok) return troubled(form, troubleOf(authorization));
  const { viewer } = authorization;
  const parsed = parseForm(ACT_FORMS[kind], form);
  if (!parsed.ok) return parsed.state;
  const value = parsed.value as Value<A>;
  const verdict = await work(viewer.id, value);
  if (!isDone(verdict)) {
    const isFrozen = verdict === "not_operator" && (await findPerson(viewer.id))?.frozenAt != null;
    return refuseForm(form, [{ name: blames[verdict] ?? "", code: isFrozen ? "you_are_frozen" : verdict }]);
  }
  return tell(await place(value), viewer.id);
}
