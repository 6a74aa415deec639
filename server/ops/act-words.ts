/** The words of forms by which operators act, made on the server. */
import { getTranslations } from "next-intl/server";
import { type ActWords, NAME_MAX_LENGTH } from "@/lib/ops/acts";
import { NOTE_MAX_LENGTH } from "@/lib/text/optional-note";

/** Why nothing was done: db/operators/verdicts.ts. */
const VERDICTS = [
  "not_operator",
  // An operator's who is frozen: server/ops/act.ts.
  "you_are_frozen",
  "self",
  "unknown_user",
  "unknown_account",
  "unknown_request",
  "name_taken",
  "handle_taken",
  "not_payer",
  "decided",
  "person_frozen",
] as const;

export async function actWords(): Promise<ActWords> {
  const t = await getTranslations("opsPeople");
  return {
    reason: t("reason"),
    reasonHint: t("reasonHint"),
    errors: {
      ...Object.fromEntries(VERDICTS.map((verdict) => [verdict, t(`not_${verdict}`)])),
      reason: t("error_reason", { length: NOTE_MAX_LENGTH }),
      name: t("error_name", { length: NAME_MAX_LENGTH }),
      role: t("error_role"),
      currency: t("error_currency"),
    },
  };
}
