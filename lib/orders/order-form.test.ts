/** What a merchant types is read the same on both sides, and everything that is wrong is told at its field. */
import { describe, expect, it } from "vitest";
import { parseForm } from "../form/form-state.ts";
import { readFields } from "../form/read-fields.ts";
import { orderForm, paymentLinkForm, ROWS_MAX, totalSoFar } from "./order-form.ts";
import { allowedQuantity } from "./payment-link.ts";
import { refundForm } from "./refund-form.ts";

const form = (fields: Record<string, string>) => new URLSearchParams({ currency: "USD", ...fields });
const row = (n: number, description: string, price: string, quantity = "1") => ({
  [`items.${n}.description`]: description,
  [`items.${n}.price`]: price,
  [`items.${n}.quantity`]: quantity,
});

function errorsOf(schema: Parameters<typeof parseForm>[0], fields: Record<string, string>): string[] {
  const parsed = parseForm(schema, form(fields));
  return parsed.ok ? [] : parsed.state.errors.map(({ name, code }) => `${name} ${code}`);
}

describe("an order", () => {
  it("is made of the rows that are filled in, and is called by its first item where it has no title", () => {
    const fields = { ...row(0, "", ""), ...row(3, " Beans ", "1.234,5", "2"), ...row(7, "Milk", "3") };
    expect(parseForm(orderForm("de"), form(fields))).toEqual({
      ok: true,
      value: {
        description: "Beans",
        currency: "USD",
        items: [
          { description: "Beans", quantity: 2, amountMinor: "123450" },
          { description: "Milk", quantity: 1, amountMinor: "300" },
        ],
      },
    });
    expect(parseForm(orderForm("en"), form({ ...row(0, "Tea", "2"), description: "For two" }))).toMatchObject(
      {
        value: { description: "For two" },
      },
    );
  });

  it("has the decimals of its currency", () => {
    const inCurrency = (currency: string, price: string) =>
      parseForm(orderForm("en"), form({ ...row(0, "Tea", price), currency }));
    expect(inCurrency("JPY", "1200")).toMatchObject({ value: { items: [{ amountMinor: "1200" }] } });
    expect(inCurrency("KWD", "1.250")).toMatchObject({ value: { items: [{ amountMinor: "1250" }] } });
    expect(errorsOf(orderForm("en"), { ...row(0, "Tea", "1.5"), currency: "JPY" })).toEqual([
      "items.0.price amount_too-many-decimals",
    ]);
  });

  it("tells everything that is wrong at once, each at its field", () => {
    const fields = {
      ...row(0, "", "5", "0"),
      ...row(2, "a\u202eb", "x", "1.5"),
      description: "t".repeat(201),
      lastDay: "2026-02-30",
    };
    expect(errorsOf(orderForm("en"), fields)).toEqual([
      "description text_long",
      "items.0.description text_empty",
      "items.0.quantity quantity",
      "items.2.description text_signs",
      "items.2.quantity quantity",
      "items.2.price amount_not-a-number",
      "lastDay last_day",
    ]);
    expect(errorsOf(orderForm("en"), {})).toEqual(["items.0.description no_items"]);
    expect(errorsOf(orderForm("en"), { ...row(0, "Tea", "1"), currency: "XXX" })).toEqual([
      "currency currency",
    ]);
    expect(errorsOf(orderForm("en"), row(ROWS_MAX, "Tea", "1"))).toEqual(["items.0.description no_items"]);
  });

  it("is no more than can be paid, and a day that is over is none to pay on", () => {
    const most = row(0, "Gold", "92233720368547758.07");
    expect(errorsOf(orderForm("en"), most)).toEqual([]);
    expect(errorsOf(orderForm("en"), { ...most, ...row(1, "Dust", "0.01") })).toEqual([
      "items.1.price total",
    ]);
    const tea = row(0, "Tea", "1");
    expect(errorsOf(orderForm("en"), { ...tea, lastDay: "2001-01-01" })).toEqual(["lastDay last_day_past"]);
    const today = new Date().toISOString().slice(0, 10);
    expect(parseForm(orderForm("en"), form({ ...tea, lastDay: today }))).toMatchObject({
      value: { expiresAt: `${today}T23:59:59.999Z` },
    });
  });

  it("shows what it comes to while it is typed, once all of it can be read", () => {
    const rows = (...items: object[]) => ({ currency: "USD", items });
    const tea = { description: "Tea", quantity: "3", price: "1.50" };
    expect(totalSoFar(rows(tea, { description: "", quantity: "1", price: "" }), "en")).toBe("450");
    expect(totalSoFar(rows(tea, { description: "Milk", quantity: "1", price: "" }), "en")).toBeUndefined();
    expect(totalSoFar({ currency: "?" }, "en")).toBeUndefined();
  });
});

it("a link says how many at once, and no more of its items than the ledger holds", () => {
  const tea = row(0, "Tea", "1");
  const of = (quantityMax: string) => parseForm(paymentLinkForm("en"), form({ ...tea, quantityMax }));
  expect(of("")).not.toHaveProperty("value.quantityMax");
  expect(of("1")).not.toHaveProperty("value.quantityMax");
  expect(of("1000")).toMatchObject({ value: { quantityMax: 1000 } });
  for (const wrong of ["0", "1001", "-1", "1e2", "x"])
    expect(errorsOf(paymentLinkForm("en"), { ...tea, quantityMax: wrong })).toEqual([
      "quantityMax quantity_max",
    ]);
  const gold = row(0, "Gold", "92233720368547758.07");
  expect(errorsOf(paymentLinkForm("en"), { ...gold, quantityMax: "2" })).toEqual(["items.0.price total"]);
});

it.each([
  [undefined, undefined, 1],
  [undefined, "1", 1],
  [undefined, "2", undefined],
  [5, "5", 5],
  [5, "6", undefined],
  [5, "", 1],
  [5, "0", undefined],
  [5, "02", undefined],
  [5, "2.0", undefined],
])("of a link of at most %j, %j is a quantity of %j", (quantityMax, asked, quantity) => {
  expect(allowedQuantity(quantityMax === undefined ? {} : { quantityMax }, asked)).toBe(quantity);
});

it("amounts are read in the language that their form was shown in, whatever the request's is", () => {
  const typed = { ...row(0, "Tea", "1,250"), currency: "KWD", locale: "en" };
  for (const schema of [orderForm("de"), paymentLinkForm("de")])
    expect(parseForm(schema, form(typed))).toMatchObject({
      value: { items: [{ amountMinor: "1250000" }] },
    });
  expect(totalSoFar(readFields(form(typed)), "de")).toBe("1250000");
  const refund = refundForm("KWD", "9000000", "de");
  expect(parseForm(refund, form({ amount: "1,250", reason: "", locale: "en" }))).toEqual({
    ok: true,
    value: { amountMinor: "1250000" },
  });
});

it("a refund is no more than what is left, and its reason may be absent", () => {
  const refund = refundForm("USD", "1000", "en");
  expect(parseForm(refund, form({ amount: "10", reason: " " }))).toEqual({
    ok: true,
    value: { amountMinor: "1000" },
  });
  expect(parseForm(refund, form({ amount: "$2.50", reason: " Torn " }))).toEqual({
    ok: true,
    value: { amountMinor: "250", reason: "Torn" },
  });
  expect(errorsOf(refund, { amount: "10.01", reason: "x".repeat(141) })).toEqual([
    "amount too_much",
    "reason reason_long",
  ]);
  expect(errorsOf(refund, { amount: "", reason: "a\u202eb" })).toEqual([
    "amount amount_empty",
    "reason reason_signs",
  ]);
});
