/** A link to an account as of a moment means that moment: what came in a millisecond later is not in it. */
import { describe, expect, it } from "vitest";
import { writtenIn } from "@/lib/activity/day";
import { momentIn } from "./ledger-query.ts";

describe("a moment in an address", () => {
  it.each([
    ["2026-11-30T06:04:35.120Z", "Asia/Kolkata", "2026-11-30T11:34:35.120"],
    ["2026-07-01T23:59:59.999Z", "America/New_York", "2026-07-01T19:59:59.999"],
    ["2026-03-29T01:00:00.000Z", "Europe/Berlin", "2026-03-29T03:00:00.000"],
    ["2026-11-30T06:04:35.000Z", "UTC", "2026-11-30T06:04:35.000"],
  ])("%s, as clocks in %s show it, is read as the same millisecond", (at, zone, written) => {
    expect(writtenIn(new Date(at), zone)).toBe(written);
    expect(momentIn(written, zone)).toEqual({ typed: written, at: new Date(at) });
  });

  it("means the whole minute or second, where it names no less", () => {
    expect(momentIn("2026-11-30T06:04", "UTC")?.at.toISOString()).toBe("2026-11-30T06:04:59.999Z");
    expect(momentIn("2026-11-30T06:04:35", "UTC")?.at.toISOString()).toBe("2026-11-30T06:04:35.999Z");
  });

  it.each(["2026-11-30", "2026-11-30T06:04:35.12", "2026-11-30T25:04:35.120"])("%s is none", (text) => {
    expect(momentIn(text, "UTC")).toBeUndefined();
  });
});
