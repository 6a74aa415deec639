/**
 * Which language a request gets, and what its texts, dates and zone are. The language stands in no path: a receipt has
 * one address, whoever reads it.
 */
import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { chooseLocale, LOCALE_COOKIE, type Locale } from "@/lib/locale";
import type en from "@/messages/en.json";
import { catalogs, formats, TIME_ZONE } from "./texts.ts";

declare module "next-intl" {
  interface AppConfig {
    Locale: Locale;
    Messages: typeof en;
    Formats: typeof formats;
  }
}

export default getRequestConfig(async () => {
  const cookie = (await cookies()).get(LOCALE_COOKIE)?.value;
  const accepted = (await headers()).get("accept-language");
  const locale = chooseLocale(cookie, accepted);
  return { locale, messages: catalogs[locale], formats, timeZone: TIME_ZONE };
});
