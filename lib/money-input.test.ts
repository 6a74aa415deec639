/** What somebody types is understood as it was meant, or asked about; what is shown is understood as it was shown. */
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { CURRENCIES, MAX_AMOUNT_MINOR, minorUnitDigits } from "./currency.ts";
import { formatMoney, moneyPattern } from "./money.ts";
import { readAmount } from "./money-input.ts";
import { writeFigures, writeMoney } from "./money-pattern.ts";

const LOCALES = ["en", "de"] as const;
const minor = fc.bigInt({ min: 1n, max: MAX_AMOUNT_MINOR });
const anyCurrency = fc.constantFrom(...CURRENCIES);
const anyLocale = fc.constantFrom(...LOCALES);

describe.each(LOCALES)("understood in %s", (locale) => {
  it.each([
    ["12", "1200"],
    ["12.5", "1250"],
    ["12,5", "1250"],
    ["12.50", "1250"],
    ["12,50", "1250"],
    ["12.500000", "1250"],
    [".5", "50"],
    [",05", "5"],
    ["12.", "1200"],
    ["12,-", "1200"],
    ["12,–", "1200"],
    ["12.--", "1200"],
    ["0012.50", "1250"],
    ["0,500", "50"],
    ["1,234.56", "123456"],
    ["1.234,56", "123456"],
    ["1 234,56", "123456"],
    ["1\u00a0234,56", "123456"],
    ["1\u202f234.56", "123456"],
    ["1'234.50", "123450"],
    ["1’234,50", "123450"],
    ["1.234.567", "123456700"],
    ["1,234,567", "123456700"],
    ["12,34,567.00", "123456700"],
    ["1 234 567", "123456700"],
    ["$12.50", "1250"],
    ["12.50 $", "1250"],
    ["+12.50", "1250"],
    ["US$ 12.50", "1250"],
    ["us$12", "1200"],
    ["12.50 USD", "1250"],
    ["usd12,50", "1250"],
    ["USD 1'000.00", "100000"],
    ["＄１２．５０", "1250"],
    ["١٢٫٥٠", "1250"],
    ["١٬٢٣٤٫٥٠", "123450"],
    ["۱۲.۵۰", "1250"],
    ["\u200e12.50\u200f", "1250"],
    ["  12.50\n", "1250"],
    ["92233720368547758.07", "9223372036854775807"],
  ])("%j is %s cents", (text, amountMinor) => {
    expect(readAmount(text, "USD", locale)).toEqual({ ok: true, amountMinor });
  });

  it.each([
    ["", "empty"],
    [" \u00a0 ", "empty"],
    ["$", "empty"],
    ["USD", "empty"],
    ["twelve", "not-a-number"],
    ["12 dollars", "not-a-number"],
    ["€12", "not-a-number"],
    ["12 EUR", "not-a-number"],
    ["1e5", "not-a-number"],
    ["0x10", "not-a-number"],
    ["12²", "not-a-number"],
    ["1.2.3", "not-a-number"],
    ["1,000,50", "not-a-number"],
    ["1.234,567.89", "not-a-number"],
    ["12 50", "not-a-number"],
    ["1 234'567", "not-a-number"],
    ["1 234,5 6", "not-a-number"],
    ["1234,567,890", "not-a-number"],
    ["1.2345,00", "not-a-number"],
    [".", "not-a-number"],
    [",-", "not-a-number"],
    ["-", "not-a-number"],
    ["--12", "not-a-number"],
    ["12-", "not-a-number"],
    ["12+5", "not-a-number"],
    ["$$12", "not-a-number"],
    ["1".repeat(1000), "not-a-number"],
    ["12.5051", "too-many-decimals"],
    ["1234,567", "too-many-decimals"],
    ["0.001", "too-many-decimals"],
    ["1 234.567", "too-many-decimals"],
    ["1,234.567", "too-many-decimals"],
    ["0", "not-positive"],
    ["0.00", "not-positive"],
    ["-12.50", "not-positive"],
    ["−12,50", "not-positive"],
    ["-$12.50", "not-positive"],
    ["$-12.50", "not-positive"],
    ["92233720368547758.08", "too-large"],
    ["99999999999999999999999999", "too-large"],
  ])("%j is refused: %s", (text, reason) => {
    expect(readAmount(text, "USD", locale)).toEqual({ ok: false, reason });
  });
});

describe("one sign and three digits", () => {
  const thousand = { ok: true, amountMinor: "123400" };
  const asks = { ok: false, reason: "ambiguous", couldMean: "123400" };
  it.each([
    ["1,234", "USD", "en", thousand],
    ["1.234", "USD", "de", thousand],
    // The language reads a fraction here, and a dollar has no thousandths.
    ["1.234", "USD", "en", asks],
    ["1,234", "USD", "de", asks],
    ["12.000", "USD", "en", { ...asks, couldMean: "1200000" }],
    ["1.234", "JPY", "en", { ...asks, couldMean: "1234" }],
    ["1,234", "JPY", "en", { ok: true, amountMinor: "1234" }],
    // A dinar has thousandths: the language decides.
    ["1.234", "KWD", "en", { ok: true, amountMinor: "1234" }],
    ["1,234", "KWD", "en", { ok: true, amountMinor: "1234000" }],
    ["1,234", "KWD", "de", { ok: true, amountMinor: "1234" }],
    ["1.234", "KWD", "de", { ok: true, amountMinor: "1234000" }],
    // A language that is none of ours says nothing about it.
    ["1.234", "KWD", "fr", { ok: false, reason: "ambiguous", couldMean: "1234000" }],
    ["1,234", "USD", "fr", asks],
    ["1,23", "USD", "fr", { ok: true, amountMinor: "123" }],
  ] as const)("%j %s in %s", (text, currency, locale, reading) => {
    expect(readAmount(text, currency, locale)).toEqual(reading);
  });
});

test.each([
  ["¥1,000", "JPY", "1000"],
  ["￥1,000", "JPY", "1000"],
  ["500.00", "JPY", "500"],
  ["€ 12", "EUR", "1200"],
  ["A$12", "AUD", "1200"],
  ["CHF 1'234.50", "CHF", "123450"],
  ["12,50 zł", "PLN", "1250"],
])("%j is an amount in %s", (text, currency, amountMinor) => {
  expect(readAmount(text, currency, "en")).toEqual({ ok: true, amountMinor });
});

describe("the dot of an abbreviation is no decimal point", () => {
  const ok = (amountMinor: string) => ({ ok: true, amountMinor });
  const asks = (couldMean: string) => ({ ok: false, reason: "ambiguous", couldMean });
  it.each([
    ["Rs.1500", "PKR", ok("150000")],
    ["Rs.500", "LKR", ok("50000")],
    ["Rs.1,500.50", "MUR", ok("150050")],
    ["Rs. 500", "PKR", ok("50000")],
    ["-Rs.500", "PKR", { ok: false, reason: "not-positive" }],
    ["kr.100", "SEK", ok("10000")],
    ["kr.100", "DKK", ok("10000")],
    ["R.500", "ZAR", ok("50000")],
    ["Rp.5000", "IDR", ok("500000")],
    ["Ksh.500", "KES", ok("50000")],
    ["Nu.50", "BTN", ok("5000")],
    ["kr..50", "DKK", ok("50")],
    ["$.50", "USD", ok("50")],
    ["USD .50", "USD", ok("50")],
    ["USD. 50", "USD", ok("5000")],
    ["CHF.100", "CHF", asks("10000")],
    ["EUR.50", "EUR", asks("5000")],
    ["usd.100", "USD", asks("10000")],
  ] as const)("%j %s", (text, currency, reading) => {
    for (const locale of LOCALES) expect(readAmount(text, currency, locale), locale).toEqual(reading);
  });
});

test.each([
  ["10k", "PGK"],
  ["10K", "MMK"],
  ["10 k", "PGK"],
  ["5g", "HTG"],
  ["5G", "HTG"],
])("%j may be multiples: no amount in %s", (text, currency) => {
  expect(readAmount(text, currency, "en")).toEqual({ ok: false, reason: "not-a-number" });
});
test.each(["K10", "10 K", "10 PGK", "10PGK"])("%j is ten kina", (text) => {
  expect(readAmount(text, "PGK", "en")).toEqual({ ok: true, amountMinor: "1000" });
});

describe("a dash for the decimals leaves signs between thousands only", () => {
  it.each([
    ["1,234.-", "KWD", "1234000"],
    ["1.234,-", "KWD", "1234000"],
    ["1.234,–", "USD", "123400"],
    ["1'234.-", "CHF", "123400"],
    ["1.234.567,-", "EUR", "123456700"],
    ["1.234,- €", "EUR", "123400"],
  ])("%j %s", (text, currency, amountMinor) => {
    for (const locale of LOCALES)
      expect(readAmount(text, currency, locale), locale).toEqual({ ok: true, amountMinor });
  });
  it.each(["12.50,-", "1234.567,-", "1,234.567,-", "0.5,-"])("%j is no number", (text) => {
    for (const currency of ["USD", "KWD"])
      expect(readAmount(text, currency, "en")).toEqual({ ok: false, reason: "not-a-number" });
  });
});

test.each([
  ["1234,567", "KWD", "en", "1234567"],
  ["01,234", "KWD", "en", "1234"],
  ["1234.567", "KWD", "de", "1234567"],
  ["1234,500", "USD", "en", "123450"],
])("%j %s in %s, where the sign is for thousands, is asked about", (text, currency, locale, couldMean) => {
  expect(readAmount(text, currency, locale)).toEqual({ ok: false, reason: "ambiguous", couldMean });
});

test("whatever is shown is read back as it was meant, in every currency and both languages", () => {
  fc.assert(
    fc.property(minor, anyCurrency, anyLocale, (amount, currency, locale) => {
      const shown = formatMoney(amount, currency, locale);
      expect(readAmount(shown, currency, locale), shown).toEqual({ ok: true, amountMinor: String(amount) });
    }),
    { numRuns: 2000 },
  );
  for (const currency of CURRENCIES) {
    for (const locale of LOCALES) {
      for (const amount of ["1", "1000", "123456", "1234567890"])
        expect(readAmount(formatMoney(amount, currency, locale), currency, locale), currency).toEqual({
          ok: true,
          amountMinor: amount,
        });
    }
  }
});

test("what the browser writes by the server's pattern is what the server writes", () => {
  const patterns = new Map(
    [...CURRENCIES].flatMap((currency) =>
      LOCALES.map((locale) => [`${currency} ${locale}`, moneyPattern(currency, locale)] as const),
    ),
  );
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: MAX_AMOUNT_MINOR }),
      anyCurrency,
      anyLocale,
      (amount, currency, locale) => {
        const pattern = patterns.get(`${currency} ${locale}`);
        if (pattern === undefined) throw new Error("Bug: there is a pattern for each.");
        expect(writeMoney(amount, pattern)).toBe(formatMoney(amount, currency, locale));
      },
    ),
    { numRuns: 3000 },
  );
  for (const [name, pattern] of patterns) {
    const [currency = "", locale = ""] = name.split(" ");
    for (const amount of ["0", "1", "999", "1000", "99999", "100000", "123456789"])
      expect(writeMoney(amount, pattern), name).toBe(formatMoney(amount, currency, locale));
    expect(pattern.decimals).toBe(minorUnitDigits(currency));
    expect(readAmount(writeFigures("123456", pattern), currency, locale)).toEqual({
      ok: true,
      amountMinor: "123456",
    });
  }
});

test("what is read has the digits that were typed, in their order", () => {
  const typed = fc.string({ unit: fc.constantFrom(..."0123456789.,' -$"), maxLength: 14 });
  fc.assert(
    fc.property(typed, anyLocale, (text, locale) => {
      const reading = readAmount(text, "USD", locale);
      if (!reading.ok) return;
      // But for zeros at the ends, which decimals add and take away.
      const digits = (of: string) => of.replaceAll(/\D/g, "").replace(/^0+/, "").replace(/0+$/, "");
      expect(digits(reading.amountMinor)).toBe(digits(text));
    }),
    { numRuns: 5000 },
  );
});
