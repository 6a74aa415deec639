/** What an address claims is said only where it was done just now, by whoever reads it. */
import { afterEach, expect, it, vi } from "vitest";
import { backs, flashFor, flashHeader } from "./flash-cookie.ts";

afterEach(() => {
  vi.useRealTimers();
});

const PATH = "/where?key=019ab3c2-40d5-7dbd-bc93-6894a57f9324&notice=revoked";
const cookieOf = (path: string, userId: string): string | undefined => flashFor(path, userId)?.value;

it("backs what was done, for a minute", () => {
  vi.useFakeTimers({ now: 1_000_000 });
  const value = cookieOf(PATH, "alice");
  expect(backs(value, PATH, "alice")).toBe(true);
  vi.advanceTimersByTime(59_000);
  expect(backs(value, PATH, "alice")).toBe(true);
  vi.advanceTimersByTime(2_000);
  expect(backs(value, PATH, "alice")).toBe(false);
});

it("backs nothing else: no other claim, key, page, nor user", () => {
  const value = cookieOf(PATH, "alice");
  expect(backs(value, PATH.replace("revoked", "unknown"), "alice")).toBe(false);
  expect(backs(value, PATH.replace("9324", "9325"), "alice")).toBe(false);
  expect(backs(value, PATH.replace("/where", "/checkout/1/form"), "alice")).toBe(false);
  expect(backs(value, PATH, "bob")).toBe(false);
  expect(backs(cookieOf("/sign-in?changed=password", ""), "/sign-in?changed=password", "")).toBe(true);
});

it("an address without a cookie of this server claims nothing", () => {
  for (const value of [
    undefined,
    "",
    ".",
    `${Date.now()}.x`,
    `NaN.${cookieOf(PATH, "alice")?.split(".")[1]}`,
  ])
    expect(backs(value, PATH, "alice")).toBe(false);
});

it("is a cookie that scripts do not read, of that page alone; a path without a claim has none", () => {
  expect(flashHeader(PATH, "alice")).toMatch(
    /^once\.flash=\S+; Path=\/where; Max-Age=60; HttpOnly; SameSite=lax/,
  );
  expect(flashHeader("/where?key=1", "alice")).toBeUndefined();
});
