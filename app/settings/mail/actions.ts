"use server";

import { saveMailSettings as save } from "@/db/identity/user-settings";
import { isLocale } from "@/lib/locale";
import { tell } from "@/server/http/flash";
import { requireAction } from "@/server/identity/authorize";
import { whoOpened } from "@/server/identity/who-opened";

/** Saves whether receipts are mailed (field `receipts`, ticked or not) and the language of mails (field `locale`). */
export async function saveMailSettings(form: FormData): Promise<void> {
  const viewer = await requireAction("saveMailSettings", whoOpened(form));
  const locale = form.get("locale");
  await save(viewer.id, {
    receiptsByMail: form.get("receipts") === "on",
    ...(typeof locale === "string" && isLocale(locale) ? { locale } : {}),
  });
  await tell("/settings/mail?saved=1", viewer.id);
}
