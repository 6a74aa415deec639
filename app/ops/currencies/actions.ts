"use server";

import { getLocale } from "next-intl/server";
import { openCurrency } from "@/db/ledger/currencies";
import { type FormState, troubled } from "@/lib/form/form-state";
import { limitOf } from "@/lib/ops/acts";
import { formAction } from "@/server/http/form-action";
import { authorizeAction } from "@/server/identity/authorize";
import { whoOpened } from "@/server/identity/who-opened";
import { act } from "@/server/ops/act";

/** Opens a currency with its house account, or sets what accounts opened from now on let out in a day. */
export async function serveCurrency(_previous: FormState, form: FormData): Promise<FormState> {
  return formAction(
    "serveCurrency",
    async () =>
      act(await authorizeAction("serveCurrency", whoOpened(form)), "currency", form, {
        async work(actorId, value) {
          const limit = limitOf(value, await getLocale());
          if (limit === undefined) throw new Error("Bug: a limit that was refused is used.");
          return openCurrency(actorId, value.currency, limit, value.reason);
        },
        place: ({ currency }) => `/ops/currencies?done=currency&id=${currency}`,
      }),
    (trouble) => troubled(form, trouble),
  );
}
