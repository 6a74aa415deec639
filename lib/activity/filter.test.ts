import { describe, expect, it } from "vitest";
import { startOfDay } from "./day.ts";
import { parseHistoryQuery, searchOf } from "./filter.ts";
import { selectionOf } from "./selection.ts";

const parse = (query: string) => parseHistoryQuery(new URLSearchParams(query));

describe("the filters of an address", () => {
  it("that are left empty select everything", () => {
    const parsed = parse("q=&kind=&direction=&status=&from=&to=&account=+");
    expect(parsed.ok && selectionOf(parsed.value, "UTC")).toEqual({});
    expect(parsed.ok && searchOf(parsed.value)).toBe("");
  });

  it("select nothing by a character that no text in the database can have", () => {
    const parsed = parse("q=%00a%00&kind=%00");
    expect(parsed.ok && selectionOf(parsed.value, "UTC")).toEqual({ text: "a" });
  });

  it("are written as they are read", () => {
    const query =
      "?account=USD&kind=top-up&direction=in&status=succeeded&from=2026-03-01&to=2026-03-02&q=a+b";
    const parsed = parse(query);
    expect(parsed.ok && searchOf(parsed.value)).toBe(query);
  });

  it.each([
    ["from=2026-02-30", "/from"],
    ["from=31.3.2026", "/from"],
    ["to=1969-12-31", "/to"],
    ["to=99999-01-01", "/to"],
    ["from=2026-03-02&to=2026-03-01", "/to"],
    ["direction=sideways", "/direction"],
    ["status=open", "/status"],
    ["kind=Order", "/kind"],
    ["account=usd", "/account"],
    [`q=${"x".repeat(141)}`, "/q"],
    ["page=2", "/page"],
    ["kind=order&kind=refund", "/kind"],
  ])("%s is a complaint about %s", (query, pointer) => {
    const parsed = parse(query);
    expect(parsed.ok ? [] : parsed.errors.map((error) => error.pointer)).toEqual([pointer]);
  });
});

describe("a day", () => {
  it.each([
    ["2026-03-31", "UTC", "2026-03-31T00:00:00.000Z"],
    ["2026-03-31", "Europe/Berlin", "2026-03-30T22:00:00.000Z"],
    ["2026-12-31", "America/New_York", "2026-12-31T05:00:00.000Z"],
    // The day on which clocks are set back, and one after: it lasts 25 hours.
    ["2026-10-25", "Europe/Berlin", "2026-10-24T22:00:00.000Z"],
    ["2026-10-26", "Europe/Berlin", "2026-10-25T23:00:00.000Z"],
    ["2026-07-01", "Asia/Kathmandu", "2026-06-30T18:15:00.000Z"],
  ])("%s in %s begins at %s", (day, zone, start) => {
    expect(startOfDay(day, zone).toISOString()).toBe(start);
  });

  it("ends where the next one begins, whichever zone it is of", () => {
    const parsed = parse("from=2026-10-25&to=2026-10-25");
    if (!parsed.ok) throw new Error("Bug: a day is no filter.");
    const { from, before } = selectionOf(parsed.value, "Europe/Berlin");
    expect([from?.toISOString(), before?.toISOString()]).toEqual([
      "2026-10-24T22:00:00.000Z",
      "2026-10-25T23:00:00.000Z",
    ]);
  });
});
