/** What people may write beside money: any script and any emoji, and nothing that hides or turns what others read. */
import { describe, expect, it } from "vitest";
import { orderRequest, parse, parsePayment } from "../api/requests.ts";
import { parseApiKey } from "../identity/api-key.ts";
import { signUpForm } from "../identity/sign-up.ts";
import { isolateBidi } from "./bidi-isolate.ts";
import { plainName, plainText } from "./plain-text.ts";

const named = (...codes: number[]): string => String.fromCodePoint(...codes);

/** A text in the characters that name a region behind a black flag, with the one that ends it. */
const tags = (text: string): string =>
  named(...[...text].map((letter) => 0xe0000 + letter.charCodeAt(0)), 0xe007f);

/** Every place that text of people comes in by, as: is this text taken there? */
const SCHEMAS: [string, (text: string) => boolean][] = [
  ["a note", (note) => parsePayment({ payee: "bob", amountMinor: "1", currency: "USD", note }).ok],
  ["a payee", (payee) => parsePayment({ payee, amountMinor: "1", currency: "USD" }).ok],
  ["an order's description", (description) => parse(orderRequest, orderWith({ description })).ok],
  ["an item", (item) => parse(orderRequest, orderWith({ item })).ok],
  ["an API key's name", (name) => parseApiKey(name, ["payments:read"]).ok],
  [
    "a person's name",
    (name) =>
      signUpForm.safeParse({ name, handle: "zoe", email: "zoe@example.org", password: "correct horse" })
        .success,
  ],
];

function orderWith({ description = "Tea", item = "Tea" }) {
  return { description, currency: "USD", items: [{ description: item, quantity: 1, amountMinor: "5" }] };
}

describe.each(SCHEMAS)("%s", (_schema, takes) => {
  it.each([
    ["Latin", "für Élodie, Łukasz & Co. (№ 5)"],
    ["decomposed Latin", "a\u0301"],
    ["Vietnamese, decomposed", "Tiếng Việt".normalize("NFD")],
    ["Greek", "Ελένη"],
    ["Chinese", "谢谢"],
    ["a variant of an ideograph", "葛\u{E0100}城"],
    ["Hebrew with its points", "שָׁלוֹם"],
    ["Arabic", "شكراً"],
    ["Persian with a non-joiner", "می\u200Cخواهم"],
    ["Hindi with a joiner", "क्\u200Dष"],
    ["Burmese", "မြွှုံ့"],
    ["Thai", "ขอบคุณที่"],
    ["a Malayalam chillu, with a joiner at the end", "അവന്\u200D"],
    ["half a Devanagari letter", "क्\u200D"],
    ["a Devanagari letter with its virama seen", "क्\u200Cष"],
    ["Bengali with a joiner before the virama", "র\u200D্য"],
    ["Javanese with joiners", "ꦏ\u200Cꦏ꧀\u200Dꦏ"],
    ["Chakma with joiners", "𑄇𑄴\u200C𑄇\u200C𑄇"],
    ["Tibetan", "ཧཱུྃ"],
    ["an emoji", "☕"],
    ["a family", "👩\u200D👩\u200D👧\u200D👦"],
    ["an emoji with a skin", "🧑🏽\u200D🚀"],
    ["a heart as an emoji", "❤\uFE0F"],
    ["a keycap", "1\uFE0F\u20E3"],
    ["a flag", "🇩🇪"],
    ["the flag of Scotland", "\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}"],
    ["the flag of England", `\u{1F3F4}${tags("gbeng")}`],
    ["the flag of Wales", `\u{1F3F4}${tags("gbwls")}`],
    ["code", "__proto__ <b>&amp;</b> {name}"],
  ])("takes %s", (_what, text) => {
    expect(takes(text)).toBe(true);
  });

  it.each([
    ...[0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069, 0x200e, 0x200f, 0x61c].map(
      (code): [string, string] => [`direction U+${code.toString(16)}`, `Rent ${named(code)} 65`],
    ),
    ...[0xad, 0x200b, 0x2060, 0x2061, 0xfeff, 0xfff9, 0xfffa, 0xfffb, 0x180e, 0x13430, 0x1d173, 0xe0001].map(
      (code): [string, string] => [`format U+${code.toString(16)}`, `Re${named(code)}nt`],
    ),
    ...[0x34f, 0x115f, 0x1160, 0x17b4, 0x3164, 0xffa0, 0x2065, 0xe0041, 0xe01f0].map(
      (code): [string, string] => [`what is drawn as nothing, U+${code.toString(16)}`, `Re${named(code)}nt`],
    ),
    ...[0x0, 0x7, 0x9, 0xa, 0xd, 0x1b, 0x7f, 0x85, 0x9b, 0x2028, 0x2029].map((code): [string, string] => [
      `control U+${code.toString(16)}`,
      `Re${named(code)}nt`,
    ]),
    ["half a surrogate pair", "Re\ud800nt"],
    ["the other half", "\udc00Rent"],
    ["a joiner between Latin letters", "Re\u200Dnt"],
    ["a non-joiner between Latin letters", "Re\u200Cnt"],
    ["a joiner that joins nothing", "👩\u200D"],
    ["two joiners in a row", "👩\u200D\u200D👧"],
    ["a variation selector behind a Latin letter", "R\uFE0Fent"],
    ...[0x378, 0xe000, 0xf0000, 0x10fffd, 0xfdd0, 0xffff, 0xfffc, 0x1d159, 0x13441, 0x13442].map(
      (code): [string, string] => [`a box or a gap, U+${code.toString(16)}`, `Re${named(code)}nt`],
    ),
    ...[0x378, 0xe000, 0xf0000, 0xfffc, 0x1d159, 0x13441].map((code): [string, string] => [
      `nothing but U+${code.toString(16)}`,
      named(code),
    ]),
    ["a flag that hides a text", `\u{1F3F4}${tags("paybob")}`],
    ["a flag of no country that has one", `\u{1F3F4}${tags("usca")}`],
    ["a flag's tags twice", `\u{1F3F4}${tags("gbeng")}${tags("gbeng")}`],
    ["two joiners after a virama", "क्\u200D\u200D"],
    ["a joiner after a Devanagari letter, at the end", "क\u200D"],
    ["fifty marks with a width", `a${"\u0903".repeat(50)}`],
    ["marks of both kinds, by turns", `a${"\u0903\u0301".repeat(5)}`],
    ["marks between joiners", `क${"\u094D\u200D".repeat(6)}`],
    ["tags without a flag", "Rent\u{E0067}\u{E0062}\u{E0073}\u{E007F}"],
    ["six marks on a letter", `Q${"\u0301".repeat(6)}`],
    ["a mark on nothing", "\u0301Rent"],
    ["nothing", ""],
    ["a space", " "],
    ["spaces of other kinds", "\u00a0\u2003\u3000"],
    ["blank braille", "\u2800\u2800"],
    ["a blank letter", "\u3164"],
    ["a zero-width space", "\u200b"],
    ["marks on a space", " \u0301"],
  ])("refuses %s", (_what, text) => {
    expect(takes(text)).toBe(false);
  });
});

const UNKNOWN = "contains characters that have no meaning in Unicode, or that this service does not know yet";

it("what is wrong is said, once", () => {
  const says = (text: string) =>
    plainText(10)
      .safeParse(text)
      .error?.issues.map(({ message }) => message);
  expect(says("")).toEqual(["must not be empty"]);
  expect(says("\u202e")).toEqual(["contains characters that cannot be seen or change the direction of text"]);
  expect(says("\ue000")).toEqual([UNKNOWN]);
  expect(says("\u{3fffd}")).toEqual([UNKNOWN]);
  expect(says("\u2800")).toEqual(["must show something"]);
  expect(says("x".repeat(11))).toEqual(["must not be longer than 10 characters"]);
  expect(says("😀".repeat(10))).toBeUndefined();
});

it("a name is stored composed and without spaces around it; other text as it was sent", () => {
  expect(plainName(10).parse("  Zoe\u0308 ")).toBe("Zoë");
  expect(plainText(10).parse(" Zoe\u0308 ")).toBe(" Zoe\u0308 ");
});

it("inside a label, a text neither turns what follows nor gets out of its isolate", () => {
  expect(isolateBidi("Eve")).toBe("\u2068Eve\u2069");
  expect(isolateBidi("Eve \u2069\u202e.")).toBe("\u2068Eve .\u2069");
});
