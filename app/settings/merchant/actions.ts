"use server";

import { redirect } from "next/navigation";
import { findTwin } from "@/db/identity/users";
import { requestMerchant } from "@/db/operators/merchant-requests";
import { type FormState, parseForm, refuseForm, troubled } from "@/lib/form/form-state";
import { merchantRequestForm } from "@/lib/identity/merchant-request";
import { isReserved } from "@/lib/text/reserved-names";
import { formAction, troubleOf } from "@/server/http/form-action";
import { authorizeAction } from "@/server/identity/authorize";
import { whoOpened } from "@/server/identity/who-opened";

const PAGE = "/settings/merchant";

/**
 * Stores that the signed-in user asks to be a merchant: once for each form, and one request that waits for each user, however
 * often it is sent. Whatever became of it, the page then shows.
 */
export async function askToSell(_previous: FormState, form: FormData): Promise<FormState> {
  return formAction(
    "askToSell",
    async () => {
      const authorization = await authorizeAction("askToSell", whoOpened(form));
      if (!authorization.ok) return troubled(form, troubleOf(authorization));
      const { viewer } = authorization;
      const parsed = parseForm(merchantRequestForm, form);
      if (!parsed.ok) return parsed.state;
      const { intentId, businessName, sells } = parsed.value;
      const twin = await findTwin({ name: businessName, handle: viewer.handle }, viewer.id);
      if (isReserved(businessName) || twin === "name")
        return refuseForm(form, [{ name: "businessName", code: "taken" }]);
      if (twin === "handle") return refuseForm(form, [{ name: "", code: "handle" }]);
      await requestMerchant(intentId, viewer.id, { businessName, sells });
      redirect(PAGE);
    },
    (trouble) => troubled(form, trouble),
  );
}
