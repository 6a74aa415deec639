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
    "Bluebird Coffee™",
    "Bluebird—Coffee",
    "ʙʟᴜᴇʙɪʀᴅ ᴄᴏғғᴇᴇ",
    "ᗷᒪᑌᗴᗷIᖇᗪ ᑕOᖴᖴᗴᗴ",
    "Ⓑⓛⓤⓔⓑⓘⓡⓓ Ⓒⓞⓕⓕⓔⓔ",
    "🅱🅻🆄🅴🅱🅸🆁🅳 Coffee",
    "Blue\u0378bird Coffee",
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
  ...["Kundendienst", "Rückerstattung", "Rückerstattungen", "Zahlungen"],
  // Signs, numbers and dashes that are letters of another script separate words.
  ...["Once™", "Once℠", "Once℡", "Once—Refunds", "Once一Refunds", "Once²", "Once24", "Once 🇩🇪", "Support 24"],
  ...["Once Upon A Bean", "O n c e Berlin", "O.N.C.E. Berlin", "On\u0378ce", "On\u0378ce Refunds"],
  // Run together.
  ...[
    "OnceSupport",
    "oncesupport",
    "once-support",
    "OnceRefunds",
    "oncehelpdeskteam",
    "supportteam",
    "once24support",
  ],
  // Letters, signs and digits that are read as others.
  ...[
    "ᴏɴᴄᴇ",
    "0ᥒᥴᥱ",
    "Oпce",
    "Oпсе",
    "O几ce",
    "ⓄⓃⒸⒺ",
    "⒪⒩⒞⒠",
    "🅾🅽🅲🅴",
    "🇴🇳🇨🇪",
    "0nc3",
    "0n¢€",
    "5upp0rt",
    "4dmin",
    "ꜱᴜᴘᴘᴏʀᴛ",
  ],
  ...["B|uebird Coffee", "Bluebird Coffee 2", "once1refunds", "0nc3™ Berlin", "0nce11"],
])("%s is reserved", (name) => {
  expect(isReserved(name)).toBe(true);
});

it.each([
  ...["Alice", "Bob", "Mia", "Omar", "Eleonce", "Beyoncé", "Concetta Once", "Helpman", "Rooty", "Adminah"],
  ...["Teamwork Ltd.", "Banksy", "Müller", "Nguyễn Thị Once", "李", "محمد", "نرگس", "☕", "t0f3a"],
  ...[
    "Oncelik",
    "Öncel",
    "Oncescu",
    "Oncesupplies",
    "Supporters",
    "Teamwork24",
    "Bankole",
    "Олег",
    "Анна",
    "T恤",
    "3",
    "7 Eleven",
  ],
])("%s is anybody's", (name) => {
  expect(isReserved(name)).toBe(false);
});

it("names without letters are not all one name", () => {
  expect(skeletonOf("李")).not.toBe(skeletonOf("王"));
});
