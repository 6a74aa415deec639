/** What a merchant's form for a new order or payment link shows after it was sent and made nothing. */
import type { FormState } from "../form/form-state.ts";

export type MakeProblem =
  | "no-account"
  /** The form's id is taken by what it had made before, with other fields. */
  | "made";

/**
 * `id`: under which it is made the next time the form is sent; the same at each press until something is made. `madeId`:
 * what this form has made before.
 */
export type MakeState = FormState & { id?: string; problem?: MakeProblem; madeId?: string };
