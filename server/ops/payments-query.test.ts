/** An amount that is typed into the search leads to the payments of just that amount. */
import { expect, it } from "vitest";
import { amountSearched, paymentsQueryOf } from "./payments-query.ts";

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

it.each(["cup", "38 cups", "-38", "0", "of the taxi"])("%s is none", (text) => {
  expect(amountSearched(text, { query: { q: text }, currencies, locale: "en" })).toBeUndefined();
});
