import { describe, expect, it } from "vitest";
import { isReserved, skeletonOf } from "./reserved-names.ts";

describe("a twin of Bluebird Coffee", () => {
  it.each([
    "BLUEBIRD COFFEE",
    "bluebird  coffee",
    "BluebirdCoffee",
    "Bluebird-Coffee.",
    "Вluebird Соffее",
    "BIuebird Coffee",
    "B1uebird C0ffee",
    "Bluebírd Çoffee",
    "Ｂｌｕｅｂｉｒｄ Ｃｏｆｆｅｅ",
    "𝐁𝐥𝐮𝐞𝐛𝐢𝐫𝐝 Coffee",
    "Bluebird\u00a0Coffee",
    "Bluebird\u2800Coffee",
    "Bluebird Coffee ☕",
    "ВLUЕВIRD СОFFЕЕ",
  ])("%s", (name) => {
    expect(skeletonOf(name)).toBe(skeletonOf("Bluebird Coffee"));
    expect(isReserved(name)).toBe(true);
  });

  it.each(["Bluebird Tea", "Blackbird Coffee", "Bluebird Coffee Berlin", "Zoë", "Ελένη", "山田太郎"])(
    "is none: %s",
    (name) => {
      expect(skeletonOf(name)).not.toBe(skeletonOf("Bluebird Coffee"));
      expect(isReserved(name)).toBe(false);
    },
  );
});

it("a handle has twins, too", () => {
  expect(skeletonOf("rnia")).toBe(skeletonOf("mia"));
  expect(skeletonOf("m-i-a")).toBe(skeletonOf("Mia"));
  expect(skeletonOf("mai")).not.toBe(skeletonOf("mia"));
});

it.each([
  ...["Once", "ONCE", "0nce", "Оnсе", "O n c e", "once", "Once Inc.", "Once · Refunds", "once-pay", "Ōnce"],
  ...["Support", "support-team", "Support Team", "Customer Service", "ADMIN", "аdmin", "The Security Team"],
  ...["Kundendienst", "Rückerstattungen"].slice(0, 1),
  ...["Rückerstattung", "Zahlungen"],
])("%s is reserved", (name) => {
  expect(isReserved(name)).toBe(true);
});

it.each([
  ...["Alice", "Bob", "Mia", "Omar", "Eleonce", "Beyoncé", "Concetta Once", "Helpman", "Rooty", "Adminah"],
  ...["Teamwork Ltd.", "Banksy", "Müller", "Nguyễn Thị Once", "李", "محمد", "نرگس", "☕", "t0f3a"],
])("%s is anybody's", (name) => {
  expect(isReserved(name)).toBe(false);
});

it("names without letters are not all one name", () => {
  expect(skeletonOf("李")).not.toBe(skeletonOf("王"));
});
