"use server";

import { cookies } from "next/headers";
import { THEME_COOKIE, themeOf } from "@/lib/theme";
import { requireAction } from "@/server/identity/authorize";

/** A year: whoever chose does not want to choose again. */
const THEME_MAX_AGE_SECONDS = 365 * 24 * 60 * 60;

/** Keeps the reader's choice of colours (field `theme`). Anything but a choice we offer is that of the system. */
export async function setTheme(formData: FormData): Promise<void> {
  await requireAction("setTheme");
  const sent = formData.get("theme");
  (await cookies()).set(THEME_COOKIE, themeOf(typeof sent === "string" ? sent : undefined), {
    maxAge: THEME_MAX_AGE_SECONDS,
    path: "/",
    sameSite: "lax",
    httpOnly: true,
  });
}
