/**
 * What somebody who types an amount means by it, in either language, by any of the habits there are: "1,234.56",
 * "1.234,56", "1 234,56", "1'234.50", "12,5", "$12.50", "12.50 USD", "€ 12", "12,-". Exact: no amount becomes a number. What
 * can be read in two ways that are a thousand times apart is not guessed at.
 */
import { MAX_AMOUNT_MINOR, minorUnitDigits, symbolsOf } from "./currency.ts";

/** `couldMean`: the reading that the currency has room for, to ask about. In minor units. */
export type AmountReading =
  | { ok: true; amountMinor: string }
  | {
      ok: false;
      reason: "empty" | "not-a-number" | "too-many-decimals" | "not-positive" | "too-large";
    }
  | { ok: false; reason: "ambiguous"; couldMean: string };

/** Longer than any amount with its signs and spaces: what is beyond is no amount, and nobody works through it. */
const TEXT_MAX_LENGTH = 80;

/** Which sign stands where, by language. Of any other language nothing is assumed. */
const CONVENTIONS: Readonly<Record<string, { group: string; decimal: string }>> = {
  en: { group: ",", decimal: "." },
  de: { group: ".", decimal: "," },
};

/** The zeros of the digits that keyboards in use write: Arabic, Persian, Devanagari, Bengali. */
const ZEROS = [0x0660, 0x06f0, 0x0966, 0x09e6];
const ARABIC_DECIMAL = "\u066b";
const ARABIC_GROUP = /\u066c/g;

/** Signs that locale data writes for a currency and ISO 4217's list does not know. */
const OTHER_SIGNS: Readonly<Record<string, readonly string[]>> = {
  CNY: ["CN¥"],
  ILS: ["₪"],
  INR: ["₹"],
  KRW: ["₩"],
  PHP: ["₱"],
  THB: ["฿"],
  TWD: ["NT$"],
  VND: ["₫"],
  XAF: ["FCFA"],
  XCD: ["EC$"],
  XCG: ["Cg."],
  XOF: ["F CFA"],
  XPF: ["CFPF"],
};

/**
 * Reads an amount of `currency` (an ISO 4217 code) as somebody types it who reads `locale`: positive, in minor units, with no
 * more decimals than the currency has. A sign or code of another currency makes it no amount of this one. Where one sign is
 * followed by exactly three digits, as in "1.234", the language decides; where its reading has more decimals than the
 * currency, or the language is none of ours, it is ambiguous.
 */
export function readAmount(text: string, currency: string, locale: string): AmountReading {
  const decimals = minorUnitDigits(currency);
  if (text.length > TEXT_MAX_LENGTH) return { ok: false, reason: /\S/.test(text) ? "not-a-number" : "empty" };
  const typed = withoutSigns(inPlainCharacters(text), currency);
  const { figures, isNegative } = typed;
  if (figures === "") return { ok: false, reason: isNegative ? "not-a-number" : "empty" };
  const split = typed.isWhole ? wholeOf(figures) : splitFigures(figures, decimals, locale);
  if (split === undefined) return { ok: false, reason: "not-a-number" };
  // Zeros beyond the last decimal change nothing.
  if (/[1-9]/.test(split.fraction.slice(decimals))) return { ok: false, reason: "too-many-decimals" };
  const amount = BigInt(split.whole + split.fraction.padEnd(decimals, "0").slice(0, decimals));
  if (isNegative || amount === 0n) return { ok: false, reason: "not-positive" };
  if (amount > MAX_AMOUNT_MINOR) return { ok: false, reason: "too-large" };
  return split.isAmbiguous || typed.isAmbiguous
    ? { ok: false, reason: "ambiguous", couldMean: amount.toString() }
    : { ok: true, amountMinor: amount.toString() };
}

/** ASCII digits, one kind of space and of apostrophe, nothing that cannot be seen. */
function inPlainCharacters(text: string): string {
  return (
    text
      // Full-width forms. Other compatibility forms stay what they are: "²" is no digit of an amount.
      .replaceAll(/[\uff01-\uff5e\uffe0-\uffe6]/g, (one) => one.normalize("NFKC"))
      .replaceAll(/\p{Nd}/gu, (one) => {
        const code = one.codePointAt(0) ?? 0;
        const zero = ZEROS.find((start) => code >= start && code < start + 10);
        return zero === undefined ? one : String(code - zero);
      })
      .replaceAll(ARABIC_GROUP, "'")
      // Pasted amounts bring marks of direction along.
      .replaceAll(/[\u061c\u200b\u200e\u200f\u2060\u2066-\u2069\ufeff]/g, "")
      .replaceAll(/[\u2018\u2019\u02bc]/g, "'")
      .replaceAll(/[\u2010-\u2015\u2212]/g, "-")
      .replaceAll(/\s+/g, " ")
      .trim()
  );
}

type Typed = {
  figures: string;
  isNegative: boolean;
  /** A dash stands where the decimals would: every sign in the figures is one between thousands. */
  isWhole: boolean;
  isAmbiguous: boolean;
};

/** Takes away the currency's sign or code, once at each end, the sign of the number, and a dash that stands for no cents. */
function withoutSigns(text: string, currency: string): Typed {
  let rest = text;
  let isNegative = false;
  let isAmbiguous = false;
  const takeSign = () => {
    const [sign] = /^[-+]/.exec(rest) ?? [];
    if (sign === undefined) return;
    isNegative ||= sign === "-";
    rest = rest.slice(1).trim();
  };
  takeSign();
  const affixes = affixesOf(currency);
  const upper = () => rest.toUpperCase();
  const before = affixes.find((affix) => upper().startsWith(affix));
  if (before !== undefined) {
    rest = rest.slice(before.length);
    if (/\p{L}$/u.test(before) && rest.startsWith(".")) {
      // The dot of "Rs.500" belongs to the abbreviation. A code has none: "USD.50" may be 50 dollars, or cents.
      isAmbiguous = before === currency && /^\.\d/.test(rest);
      rest = rest.slice(1);
    }
    rest = rest.trim();
    if (!isNegative) takeSign();
  }
  const after = affixes.find((affix) => upper().endsWith(affix));
  if (after !== undefined && !isMultiple(rest, after)) rest = rest.slice(0, -after.length).trim();
  // "12,-" and "12.–": a dash stands for no cents.
  const figures = rest.replace(/(?<=\d)[.,] ?-{1,2}$/, "");
  return { figures, isNegative, isWhole: figures !== rest, isAmbiguous };
}

/** Whether the sign at the end may as well say thousands, millions or billions: "10k" kina are 10 or 10,000. "10 K" is written as the sign is. */
function isMultiple(text: string, sign: string): boolean {
  return /^[KMBGT]$/.test(sign) && (!text.endsWith(` ${sign}`) || !/\d .$/.test(text));
}

/** What may stand before or after the figures, in capitals, the longest first: "US$" before "$". */
function affixesOf(currency: string): string[] {
  const signs = [...symbolsOf(currency), ...(OTHER_SIGNS[currency] ?? [])].map((sign) =>
    inPlainCharacters(sign).toUpperCase(),
  );
  // "US$", "CA$", "A$": a country before a sign that many have.
  const withCountry = signs
    .filter((sign) => /^\p{Sc}$/u.test(sign))
    .flatMap((sign) => [currency.slice(0, 2) + sign, currency.slice(0, 1) + sign]);
  return [currency, ...signs, ...withCountry].sort((a, b) => b.length - a.length);
}

type Split = { whole: string; fraction: string; isAmbiguous?: boolean };

/** Whole and fraction of figures; undefined where they are not written as any number is. */
function splitFigures(figures: string, decimals: number, locale: string): Split | undefined {
  const decision = decimalSignOf(figures, decimals, locale);
  if (decision === undefined) return undefined;
  const at = decision.sign === undefined ? figures.length : figures.lastIndexOf(decision.sign);
  const [grouped, fraction] = [figures.slice(0, at), figures.slice(at + 1)];
  const whole = ungroup(grouped);
  if (whole === undefined || !/^\d*$/.test(fraction) || whole + fraction === "") return undefined;
  return { whole: whole === "" ? "0" : whole, fraction, isAmbiguous: decision.isAmbiguous };
}

/** Figures that are said to have no fraction. */
function wholeOf(figures: string): Split | undefined {
  const whole = ungroup(figures);
  return whole === undefined ? undefined : { whole, fraction: "" };
}

/** Which sign, if any, stands before the decimals. Undefined where the signs fit no number. */
function decimalSignOf(
  figures: string,
  decimals: number,
  locale: string,
): { sign: string | undefined; isAmbiguous: boolean } | undefined {
  const signs = figures.match(/[.,\u066b]/g) ?? [];
  const last = signs.at(-1);
  const kinds = new Set(signs);
  const certain = (sign: string | undefined) => ({ sign, isAmbiguous: false });
  if (last === undefined) return certain(undefined);
  const isOnce = signs.filter((sign) => sign === last).length === 1;
  if (kinds.size > 1) return kinds.size === 2 && isOnce ? certain(last) : undefined;
  if (last === ARABIC_DECIMAL) return isOnce ? certain(last) : undefined;
  if (!isOnce) return certain(undefined);
  const [before = "", after = ""] = figures.split(last);
  const convention = CONVENTIONS[locale];
  // Only one to three digits and then three more can be a thousand; "0.500" and "1 234.567" cannot. "1234,567", where the
  // comma is for thousands, may as well lack one.
  if (!/^[1-9]\d{0,2}$/.test(before) || !/^\d{3}$/.test(after)) {
    const isSlip = convention?.group === last && /^\d*[1-9]\d*$/.test(before) && /^\d{3}$/.test(after);
    return { sign: last, isAmbiguous: isSlip };
  }
  if (convention?.group === last) return certain(undefined);
  if (convention?.decimal === last && decimals >= 3) return certain(last);
  return { sign: undefined, isAmbiguous: true };
}

/** The digits of a whole number, with or without one kind of group sign. Undefined where the groups are no groups. */
function ungroup(text: string): string | undefined {
  const [sign] = /\D/.exec(text) ?? [];
  if (sign === undefined) return text;
  if (!"., '".includes(sign)) return undefined;
  const [first = "", ...groups] = text.split(sign);
  const lastGroup = groups.pop() ?? "";
  // In India the groups above the last have two digits.
  const size = sign === "," ? /^\d{2,3}$/ : /^\d{3}$/;
  const isGrouped =
    /^\d{1,3}$/.test(first) && groups.every((group) => size.test(group)) && /^\d{3}$/.test(lastGroup);
  return isGrouped ? first + groups.join("") + lastGroup : undefined;
}
