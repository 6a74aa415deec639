/** Browser and server read one form alike, and what is wrong with it comes back with what was typed. */
import { describe, expect, it, test } from "vitest";
import { z } from "zod";
import { amountFields, withAmount } from "./amount.ts";
import { parseForm, refuseForm } from "./form-state.ts";
import { readFields } from "./read-fields.ts";

function form(...entries: [string, string][]): FormData {
  const data = new FormData();
  for (const [name, value] of entries) data.append(name, value);
  return data;
}

describe("the fields of a form", () => {
  it("are lists where a name was sent twice, and nested where it has dots", () => {
    const sent = form(
      ["payee", "bob"],
      ["scope", "a"],
      ["scope", "b"],
      ["items.0.description", "Beans"],
      ["items.0.quantity", "2"],
      ["items.1.description", "Milk"],
      ["$ACTION_REF_1", ""],
    );
    const fields = {
      payee: "bob",
      scope: ["a", "b"],
      items: [{ description: "Beans", quantity: "2" }, { description: "Milk" }],
    };
    expect(JSON.parse(JSON.stringify(readFields(sent)))).toEqual(fields);
    expect(
      JSON.parse(JSON.stringify(readFields(new URLSearchParams([...sent] as [string, string][])))),
    ).toEqual(fields);
  });

  it("reach nothing but themselves, and build nothing large", () => {
    const fields = readFields(
      form(["__proto__.isAdmin", "1"], ["a.999999999", "x"], ["b.0.c", "1"], ["b", "2"]),
    );
    expect(({} as { isAdmin?: string }).isAdmin).toBeUndefined();
    expect(fields.a).toEqual([]);
    expect(fields.b).toBe("2");
  });
});

const transfer = withAmount(
  z.strictObject({ payee: z.string().trim().min(1, "empty"), ...amountFields }),
  "en",
);

test("an amount comes out in minor units", () => {
  expect(parseForm(transfer, form(["payee", " bob "], ["amount", "1,234.5"], ["currency", "USD"]))).toEqual({
    ok: true,
    value: { payee: "bob", currency: "USD", amountMinor: "123450" },
  });
});

test("an amount is read in the language that its form was shown in, whatever the request's is", () => {
  const inGerman = withAmount(z.strictObject(amountFields), "de");
  const read = (amount: string, ...sentIn: [string, string][]) =>
    parseForm(inGerman, form(["amount", amount], ["currency", "KWD"], ...sentIn));
  expect(read("1,250", ["locale", "en"])).toEqual({
    ok: true,
    value: { currency: "KWD", amountMinor: "1250000" },
  });
  for (const sentIn of [[], [["locale", "de"]], [["locale", "xx"]]] as [string, string][][])
    expect(read("1,250", ...sentIn)).toMatchObject({ ok: true, value: { amountMinor: "1250" } });
});

test("everything that is wrong is told at once, with what was typed", () => {
  expect(parseForm(transfer, form(["payee", " "], ["amount", "1.234"], ["currency", "USD"]))).toEqual({
    ok: false,
    state: {
      values: { payee: " ", amount: "1.234", currency: "USD" },
      errors: [
        { name: "payee", code: "empty" },
        { name: "amount", code: "amount_ambiguous" },
      ],
    },
  });
});

test.each([
  [
    [
      ["payee", "bob"],
      ["currency", "USD"],
    ],
    { name: "amount", code: "amount_empty" },
  ],
  [
    [
      ["payee", "bob"],
      ["amount", ""],
      ["currency", "USD"],
    ],
    { name: "amount", code: "amount_empty" },
  ],
  [
    [
      ["payee", "bob"],
      ["amount", "1"],
      ["currency", "XXX"],
    ],
    { name: "currency", code: "amount_currency" },
  ],
  [
    [
      ["payee", "bob"],
      ["amount", "1"],
      ["amount", "2"],
      ["currency", "USD"],
    ],
    { name: "amount", code: "amount_empty" },
  ],
] as [[string, string][], { name: string; code: string }][])("%j is refused", (entries, error) => {
  const parsed = parseForm(transfer, form(...entries));
  expect(parsed).toMatchObject({ ok: false, state: { errors: [error] } });
});

test("a password goes back to nobody", () => {
  const state = refuseForm(
    form(["email", "a@b.c"], ["password", "x"], ["newPassword", "y"], ["$ACTION_1", ""]),
    [],
  );
  expect(state.values).toEqual({ email: "a@b.c" });
});

it("who a form was opened as is a field of every form and of no schema", () => {
  const form = new FormData();
  for (const name of ["payee", "user", "$ACTION_1:0"]) form.set(name, "x");
  expect(readFields(form)).toEqual({ payee: "x" });
});
