/**
 * Which language a request gets, and what its texts, dates and zone are. The language stands in no path: a receipt has
 * one address, whoever reads it.
 */
import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { chooseLocale, LOCALE_COOKIE, type Locale } from "@/lib/locale";
import { TIME_ZONE_COOKIE, timeZoneOf } from "@/lib/time-zone";
import type en from "@/messages/en.json";
import { catalogs, formats } from "./texts.ts";

declare module "next-intl" {
  interface AppConfig {
    Locale: Locale;
    Messages: typeof en;
    Formats: typeof formats;
  }
}

export default getRequestConfig(async () => {
  const sent = await cookies();
  const accepted = (await headers()).get("accept-language");
  const locale = chooseLocale(sent.get(LOCALE_COOKIE)?.value, accepted);
  // The zone is written beside every time.
  const timeZone = timeZoneOf(sent.get(TIME_ZONE_COOKIE)?.value);
  return { locale, messages: catalogs[locale], formats, timeZone };
});
