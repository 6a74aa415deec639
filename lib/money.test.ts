/** Every currency of ISO 4217 reads as its minor units say, whatever locale data this runtime carries. */
import { describe, expect, it } from "vitest";
import { CURRENCIES, isCurrency } from "./currency.ts";
import { formatMoney } from "./money.ts";

/** The list as it stands, by decimals. An update of the library that changes what an amount reads must be seen here. */
const WITH_DECIMALS: Record<number, string> = {
  0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
  2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP
      CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES
      KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
      NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
      TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG`,
  3: "BHD IQD JOD KWD LYD OMR TND",
};
const listed = Object.entries(WITH_DECIMALS).flatMap(([decimals, codes]) =>
  codes.split(/\s+/).map((code) => [code, Number(decimals)] as const),
);

/** What a reader takes an amount for: its digits, and how many of them stand after the decimal sign. */
function read(text: string, decimalSign: string): { digits: string; decimals: number } {
  // A symbol can have a stop of its own ("Cg."), so the figures begin with a digit.
  const figures = (/\d[\d.,]*/.exec(text)?.[0] ?? "").replaceAll(decimalSign === "," ? "." : ",", "");
  const [whole = "", fraction = ""] = figures.split(decimalSign);
  return { digits: whole + fraction, decimals: fraction.length };
}

it("the currencies are those of ISO 4217, and no others", () => {
  expect([...CURRENCIES].sort()).toEqual(listed.map(([code]) => code).sort());
});

describe.each(listed)("%s has %i decimals", (currency, decimals) => {
  it.each([
    ["en", "."],
    ["de", ","],
  ] as const)("in %s", (locale, sign) => {
    for (const minor of ["1234567890", "1000", "1", "9223372036854775807"]) {
      const shown = read(formatMoney(minor, currency, locale), sign);
      expect(shown.decimals, minor).toBe(decimals);
      expect(shown.digits.replace(/^0+/, ""), minor).toBe(minor);
    }
    expect(isCurrency(currency)).toBe(true);
  });
});

it.each([
  ...["XAU", "XAG", "XPT", "XPD"],
  ...["BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW"],
  ...["XBA", "XBB", "XBC", "XBD", "XDR", "XSU", "XUA", "XAD"],
  ...["XTS", "XXX"],
  // Withdrawn, or never there.
  ...["ANG", "BGN", "CUC", "HRK", "SLL", "USS", "ZWL", "DEM", "AAA", "usd", "", "constructor", "__proto__"],
])("%j is no currency", (code) => {
  expect(isCurrency(code)).toBe(false);
});

it("an amount keeps its sign, and one below nothing at all is nothing", () => {
  expect(formatMoney("-1", "USD", "en")).toBe("-$0.01");
  expect(formatMoney(-123_456n, "HUF", "en")).toBe("-HUF\u00a01,234.56");
  expect(formatMoney(0n, "KWD", "en")).toBe("KWD\u00a00.000");
  expect(formatMoney("123450", "HUF", "de")).toBe("1.234,50\u00a0HUF");
});

it("a withdrawn currency of an old payment still reads as it did", () => {
  expect(formatMoney("1050", "ANG", "en")).toMatch(/10\.50$/);
});

it("an amount in no currency at all is a bug, not a number", () => {
  expect(() => formatMoney("1", "AAA", "en")).toThrow("Bug");
});
