"use server";

import { revokeKeyFor } from "@/db/idempotency/operators/revoke-key";
import { type FormState, parseForm, refuseForm, troubled } from "@/lib/form/form-state";
import { revokeKeyForm } from "@/lib/ops/revoke-key-form";
import { tell } from "@/server/http/flash";
import { formAction, troubleOf } from "@/server/http/form-action";
import { authorizeAction } from "@/server/identity/authorize";
import { whoOpened } from "@/server/identity/who-opened";

/**
 * Revokes somebody's key: afterwards it was paid already, or never will be, which its page reads anew and says. Pressed again it
 * finds that it is so already, and says the same.
 */
export async function revokeKeyOfOther(_previous: FormState, form: FormData): Promise<FormState> {
  return formAction(
    "revokeKeyOfOther",
    async () => {
      const authorization = await authorizeAction("revokeKeyOfOther", whoOpened(form));
      if (!authorization.ok) return troubled(form, troubleOf(authorization));
      const parsed = parseForm(revokeKeyForm, form);
      if (!parsed.ok) return parsed.state;
      const { viewer } = authorization;
      const verdict = await revokeKeyFor(viewer.id, parsed.value);
      if (verdict === "not_operator" || verdict === "self")
        return refuseForm(form, [{ name: "", code: verdict }]);
      return tell(`/ops/keys/${parsed.value.key}?done=revoked`, viewer.id);
    },
    (trouble) => troubled(form, trouble),
  );
}
