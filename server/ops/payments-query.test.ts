/** What an address of the list says: where it goes on, and an amount that is typed into the search. */
import { expect, it } from "vitest";
import { amountSearched, paymentsQueryOf, placeText, readPlace } from "./payments-query.ts";

const id = "01a22af8-77e0-7d64-8aa9-1fe52738c9ba";
const at = (text: string) => ({ by: "time", at: new Date(text), id }) as const;

it("is read as it was written", () => {
  const place = at("2026-11-30T05:40:56.459Z");
  expect(readPlace(placeText(place))).toEqual(place);
});

it("is no place beyond the years that everything agrees on", () => {
  expect(readPlace(placeText(at("9999-12-30T23:59:59.999Z")))).toBeDefined();
  expect(readPlace(placeText(at("9999-12-31T23:59:59.999Z")))).toBeUndefined();
  expect(readPlace(placeText(at("1969-12-31T23:59:59.999Z")))).toBeUndefined();
});

const currencies = ["USD", "EUR", "JPY"];

it.each([
  ["38.00", {}, "USD", "38.00", 3_800n],
  ["$38", {}, "USD", "38.00", 3_800n],
  ["38,50 €", {}, "EUR", "38.50", 3_850n],
  ["¥ 500", {}, "JPY", "500", 500n],
  ["38", { currency: "EUR", status: "declined" }, "EUR", "38.00", 3_800n],
])("%s is found as an amount", (text, rest, currency, exact, minor) => {
  const found = amountSearched(text, { query: { ...rest, q: text }, currencies, locale: "en" });
  expect(found?.query).toEqual({ ...rest, currency, min: exact, max: exact });
  const { filter } = paymentsQueryOf({ ...found?.query }, "UTC", undefined);
  expect(filter).toMatchObject({ currency, minMinor: minor, maxMinor: minor });
});

it.each(["cup", "38 cups", "-38", "0", "of the taxi"])("%s is no amount", (text) => {
  expect(amountSearched(text, { query: { q: text }, currencies, locale: "en" })).toBeUndefined();
});
