/** Where a list goes on, as an address says it: what nobody could have been led to is left out. */
import { expect, it } from "vitest";
import { placeText, readPlace } from "./payments-query.ts";

const id = "01a22af8-77e0-7d64-8aa9-1fe52738c9ba";
const at = (text: string) => ({ by: "time", at: new Date(text), id }) as const;

it("is read as it was written", () => {
  const place = at("2026-11-30T05:40:56.459Z");
  expect(readPlace(placeText(place))).toEqual(place);
});

it("is none beyond the years that everything agrees on", () => {
  expect(readPlace(placeText(at("9999-12-30T23:59:59.999Z")))).toBeDefined();
  expect(readPlace(placeText(at("9999-12-31T23:59:59.999Z")))).toBeUndefined();
  expect(readPlace(placeText(at("1969-12-31T23:59:59.999Z")))).toBeUndefined();
});
