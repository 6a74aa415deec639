/** What a request may be, by its own words; what it may not is named by pointer. */
import { describe, expect, it } from "vitest";
import {
  issueKeyRequest,
  listQuery,
  orderRequest,
  type Parsed,
  parse,
  parsePayment,
  parseQuery,
  refundRequest,
} from "./requests.ts";

const UUID = "019ab3c2-40d5-7dbd-bc93-6894a57f9324";
const TRANSFER = { payee: "bob", amountMinor: "1250", currency: "USD" };
const ORDER = {
  description: "Tea",
  currency: "USD",
  items: [{ description: "Tea", quantity: 1, amountMinor: "5" }],
};

/** The pointers of the complaints, none where there is none. */
function complaints(parsed: Parsed<unknown>): string[] {
  return parsed.ok ? [] : parsed.errors.map(({ pointer }) => pointer);
}

describe("an amount is a positive integer of minor units, as a string in its one spelling", () => {
  it.each(["1", "10", "1250", "9223372036854775807"])("%s", (amountMinor) => {
    expect(complaints(parsePayment({ ...TRANSFER, amountMinor }))).toEqual([]);
  });
  it.each(
    [
      "",
      "0",
      "-1",
      "+1",
      "01",
      " 1",
      "1 ",
      "1.0",
      "1e3",
      "0x10",
      "1_000",
      "1,000",
      "١",
      "１",
      "NaN",
      "Infinity",
    ]
      .concat(["9223372036854775808", "9999999999999999999", "1".repeat(40)])
      .concat([1250, 12.5, null, true, ["1"], { minor: "1" }] as never),
  )("%j is none", (amountMinor) => {
    expect(complaints(parsePayment({ ...TRANSFER, amountMinor }))).toContain("/amountMinor");
  });
});

describe("a currency is an ISO 4217 code", () => {
  it.each(["USD", "JPY", "KWD", "EUR"])("%s", (currency) => {
    expect(complaints(parsePayment({ ...TRANSFER, currency }))).toEqual([]);
  });
  it.each(["usd", "US", "USDX", "AAA", "ZZZ", "", "US\0", "ＵＳＤ", 840, null])("%j is none", (currency) => {
    expect(complaints(parsePayment({ ...TRANSFER, currency }))).toContain("/currency");
  });
});

describe("a note is what a person wrote, counted in code points", () => {
  it.each(["für Ελένη", "谢谢", "👩‍👩‍👧‍👦", "a\u0301", "__proto__"])("%j", (note) => {
    expect(parsePayment({ ...TRANSFER, note })).toMatchObject({ ok: true, value: { note } });
  });
  it.each([
    "",
    "😀".repeat(141),
    "x".repeat(141),
    "a\0b",
    "a\nb",
    "\u007f",
    "\u0085",
    "\u2028",
    "\ud800",
    "\udc00x",
  ])("%j is none", (note) => {
    expect(complaints(parsePayment({ ...TRANSFER, note }))).toContain("/note");
  });
});

describe("a UUID is one in any spelling of case, and one value", () => {
  it.each([UUID, UUID.toUpperCase(), "00000000-0000-0000-0000-000000000001"])("%s", (orderId) => {
    const parsed = parsePayment({ orderId, amountMinor: "1", currency: "USD" });
    expect(parsed).toMatchObject({ ok: true, value: { orderId: orderId.toLowerCase() } });
  });
  it.each([
    "",
    "x",
    UUID.slice(1),
    `${UUID}0`,
    `{${UUID}}`,
    UUID.replaceAll("-", ""),
    ` ${UUID}`,
    `${UUID}\n`,
    1,
    null,
  ])("%j is none", (orderId) => {
    expect(complaints(parsePayment({ orderId, amountMinor: "1", currency: "USD" }))).toContain("/orderId");
  });
});

it("an unknown field is named by its pointer, escaped as RFC 6901 has it", () => {
  expect(
    complaints(parsePayment({ ...TRANSFER, "a/b~c": 1, constructor: 1, toString: 1, "": 1 })).sort(),
  ).toEqual(["/", "/a~1b~0c", "/constructor", "/toString"]);
  expect(complaints(parse(orderRequest, { ...ORDER, items: [{ ...ORDER.items[0], "x/y": 1 }] }))).toEqual([
    "/items/0/x~1y",
  ]);
  expect(
    complaints(parse(issueKeyRequest, { purpose: { kind: "transfer", intentId: UUID, orderId: UUID } })),
  ).toEqual(["/purpose/orderId"]);
});

it("__proto__ is a field like any other that there is not, and gives a request nothing", () => {
  const body: unknown = JSON.parse(`{"payee":"bob","amountMinor":"1","__proto__":{"currency":"USD"}}`);
  expect(complaints(parsePayment(body)).sort()).toEqual(["/__proto__", "/currency"]);
});

it.each([null, [], [TRANSFER], 1, "x", true])("a body that is %j is refused as a whole", (body) => {
  expect(complaints(parsePayment(body))).toContain("");
  expect(complaints(parse(refundRequest, body))).toContain("");
});

it("a body of very many wrong fields has an answer of few complaints", () => {
  expect(complaints(parse(orderRequest, { ...ORDER, items: new Array(20_000).fill(0) }))).toEqual(["/items"]);
  expect(complaints(parse(orderRequest, { ...ORDER, items: new Array(100).fill(0) }))).toHaveLength(20);
  const fields = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`field${n}`, n]));
  expect(complaints(parsePayment({ ...TRANSFER, ...fields }))).toHaveLength(20);
});

it("an order expires in years that every calendar has", () => {
  for (const expiresAt of [
    "2030-01-02T03:04:05Z",
    "2030-01-02T03:04:05.678901+05:30",
    "9999-12-31T23:59:59Z",
  ])
    expect(complaints(parse(orderRequest, { ...ORDER, expiresAt })), expiresAt).toEqual([]);
  for (const expiresAt of [
    "0000-01-01T00:00:00Z",
    "1969-12-31T23:59:59Z",
    "9999-12-31T23:59:59-01:00",
    "2030-02-30T00:00:00Z",
    "2030-01-02T03:04:05",
    "2030-01-02",
    "tomorrow",
    1_893_553_445,
  ])
    expect(complaints(parse(orderRequest, { ...ORDER, expiresAt })), String(expiresAt)).toContain(
      "/expiresAt",
    );
});

it.each([
  ["", []],
  ["?limit=1", []],
  ["?limit=100&cursor=x", []],
  ["?limit=0", ["/limit"]],
  ["?limit=101", ["/limit"]],
  ["?limit=", ["/limit"]],
  ["?limit=01", ["/limit"]],
  ["?limit=1e1", ["/limit"]],
  ["?limit=%2B1", ["/limit"]],
  ["?limit=99999999999999999999999", ["/limit"]],
  ["?limit=1&limit=1", ["/limit"]],
  ["?cursor=a&cursor=b", ["/cursor"]],
  ["?page=2", ["/page"]],
  ["?__proto__=1", ["/__proto__"]],
  ["?a/b=1", ["/a~1b"]],
])("the query %j of a list is held to its two parameters", (query, pointers) => {
  expect(complaints(parseQuery(listQuery, new URLSearchParams(query)))).toEqual(pointers);
});
