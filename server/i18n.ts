/**
 * Which language a request gets, and what its texts, dates and zone are. The language stands in no path: a receipt has
 * one address, whoever reads it.
 */
import { cookies, headers } from "next/headers";
import type { Formats } from "next-intl";
import { getRequestConfig } from "next-intl/server";
import { chooseLocale, LOCALE_COOKIE, type Locale } from "@/lib/locale";
import de from "@/messages/de.json";
import en from "@/messages/en.json";

// Each language must have exactly the other's texts: the first line finds what German lacks, the second what English does.
const catalogs: Record<Locale, typeof en> = { en, de };
en satisfies typeof de;

const short = {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZoneName: "short",
} as const;

const formats = {
  dateTime: {
    /** A moment as a receipt states it. */
    moment: {
      year: "numeric",
      month: "long",
      day: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      timeZoneName: "short",
    },
    /** A moment as evidence states it: to the millisecond. */
    instant: {
      year: "numeric",
      month: "short",
      day: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      fractionalSecondDigits: 3,
      hourCycle: "h23",
      timeZoneName: "short",
    },
    /** A moment of this year in a list. */
    short,
    /** A moment of another year in a list. */
    shortOfOtherYear: { year: "numeric", ...short },
  },
} satisfies Formats;

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
  // One zone for everybody, and it is written beside the time: a receipt reads the same on every device.
  return { locale, messages: catalogs[locale], formats, timeZone: "UTC" };
});
