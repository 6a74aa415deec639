"use server";

import { cookies } from "next/headers";
import { isLocale, LOCALE_COOKIE } from "@/lib/locale";
import { requireAction } from "@/server/identity/authorize";

/** A year: whoever chose a language does not want to choose it again. */
const LOCALE_MAX_AGE_SECONDS = 365 * 24 * 60 * 60;

/** Keeps the reader's choice of language (field `locale`). Anything but a language we have is ignored. */
export async function setLocale(formData: FormData): Promise<void> {
  await requireAction("setLocale");
  const locale = formData.get("locale");
  if (typeof locale !== "string" || !isLocale(locale)) return;
  (await cookies()).set(LOCALE_COOKIE, locale, {
    maxAge: LOCALE_MAX_AGE_SECONDS,
    path: "/",
    sameSite: "lax",
    httpOnly: true,
  });
}
