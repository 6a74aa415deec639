import { afterEach, describe, expect, it, vi } from "vitest";
import { environment } from "../lifecycle/environment.ts";
import { linkOrigin } from "./delivery.ts";
import { readMailbox, readSmtpUrl } from "./smtp-settings.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("ONCE_SMTP_URL", () => {
  it.each([
    [
      "smtps://me:p%40ss@mail.test",
      { host: "mail.test", port: 465, secure: true, requireTLS: false, auth: { user: "me", pass: "p@ss" } },
    ],
    ["smtp://mail.test", { host: "mail.test", port: 587, secure: false, requireTLS: true }],
    [
      "smtp://mail.test:25?requireTLS=false",
      { host: "mail.test", port: 25, secure: false, requireTLS: false },
    ],
    ["smtp://localhost:1025", { host: "localhost", port: 1025, secure: false, requireTLS: false }],
    ["smtp://[::1]:1025/?requireTLS=true", { host: "::1", port: 1025, secure: false, requireTLS: true }],
  ])("%s", (url, settings) => {
    expect(readSmtpUrl(url)).toEqual(settings);
  });

  it.each([
    "mail.test",
    "http://mail.test",
    "smtp://mail.test/path",
    "smtp://mail.test?pool=true",
    "smtp://mail.test?requireTLS=maybe",
    "smtp://me:%zz@mail.test",
    "smtp://",
  ])("%s is refused, and not quoted", (url) => {
    vi.stubEnv("ONCE_SMTP_URL", url);
    vi.stubEnv("ONCE_MAIL_FROM", "pay@shop.test");
    expect(() => environment()).toThrow(/ONCE_SMTP_URL/);
    expect(() => environment()).not.toThrow(/me:/);
  });

  it("needs a sender, and outside the demo an origin for links, before anything starts", () => {
    vi.stubEnv("ONCE_SMTP_URL", "smtps://me:secret@mail.test");
    vi.stubEnv("DATABASE_URL", "postgres://u@h/d");
    expect(() => environment()).toThrow(/ONCE_MAIL_FROM is needed with ONCE_SMTP_URL.*ONCE_URL is needed/);
    expect(() => environment()).not.toThrow(/secret/);
    vi.stubEnv("ONCE_MAIL_FROM", "Once <pay@shop.test>");
    vi.stubEnv("ONCE_URL", "https://pay.shop.test");
    expect(environment().ONCE_SMTP_URL).toBe("smtps://me:secret@mail.test");
  });
});

describe("ONCE_MAIL_FROM", () => {
  it.each([
    ["pay@shop.test", { name: "", address: "pay@shop.test" }],
    ["Once <pay@shop.test>", { name: "Once", address: "pay@shop.test" }],
    ['"Müller, Kaffee" <pay@shop.test>', { name: "Müller, Kaffee", address: "pay@shop.test" }],
  ])("%s", (text, mailbox) => {
    expect(readMailbox(text)).toEqual(mailbox);
  });

  it.each(["pay", "pay@", "a@b.test, c@d.test", "Once <pay@shop.test>\r\nBcc: x@y.test", "<>", "a b@c.test"])(
    "%j is refused",
    (text) => {
      expect(() => readMailbox(text)).toThrow();
    },
  );
});

describe("links in mails", () => {
  it("lead to ONCE_URL, whatever host was asked for", () => {
    vi.stubEnv("ONCE_URL", "https://pay.shop.test");
    expect(linkOrigin(new Headers({ host: "evil.test", "x-forwarded-host": "evil.test" }))).toBe(
      "https://pay.shop.test",
    );
  });

  it.each([
    ["localhost:3000", "http://localhost:3000"],
    ["127.0.0.1:3210", "http://127.0.0.1:3210"],
    ["[::1]:3000", "http://[::1]:3000"],
    ["evil.test", "http://localhost:4000"],
    ["localhost.evil.test", "http://localhost:4000"],
    ["localhost@evil.test", "http://localhost:4000"],
    ["evil.test/localhost", "http://localhost:4000"],
  ])("in the demo lead to this machine: %s", (host, origin) => {
    vi.stubEnv("PORT", "4000");
    expect(linkOrigin(new Headers({ host: "localhost:9", "x-forwarded-host": host }))).toBe(origin);
  });
});
