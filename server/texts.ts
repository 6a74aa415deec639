/**
 * The texts by language, and how dates are written. Pages get them by their request (i18n.ts); what is made without one, a mail
 * or a document, by the language of the person it is for.
 */
import {
  createFormatter,
  createTranslator,
  type Formats,
  type NamespaceKeys,
  type NestedKeyOf,
} from "next-intl";
import type { Locale } from "@/lib/locale";
import de from "@/messages/de.json";
import en from "@/messages/en.json";

// Each language must have exactly the other's texts: the first line finds what German lacks, the second what English does.
export const catalogs: Record<Locale, typeof en> = { en, de };
en satisfies typeof de;

/** The zone of what is sent to people, whose own nobody has asked for. It is written beside the time. */
const TIME_ZONE = "UTC";

const short = {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZoneName: "short",
} as const;

export const formats = {
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

/** The texts of `namespace` in a language, for what is made without a request. */
export function translatorFor<N extends NamespaceKeys<typeof en, NestedKeyOf<typeof en>>>(
  locale: Locale,
  namespace: N,
) {
  return createTranslator({ locale, namespace, messages: catalogs[locale], formats, timeZone: TIME_ZONE });
}

/** Writes dates and numbers in a language, as pages do; in `timeZone`, where somebody's own is known. */
export function formatterFor(locale: Locale, timeZone = TIME_ZONE) {
  return createFormatter({ locale, formats, timeZone });
}
