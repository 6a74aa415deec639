import { afterEach, expect, it, vi } from "vitest";
import { GET } from "@/app/security.txt/route";
import { environment } from "../../lifecycle/environment";
import { securityTxt } from "./security-txt";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

const ask = () =>
  GET(new Request("http://localhost/.well-known/security.txt"), { params: Promise.resolve({}) });

it("security.txt says whom to tell, until when, in which languages, and where it belongs", () => {
  const now = new Date("2026-11-29T18:00:00Z");
  expect(
    securityTxt({ contact: "mailto:security@once.example", address: "https://pay.once.example", now }),
  ).toBe(
    [
      "Contact: mailto:security@once.example",
      "Expires: 2026-12-29T18:00:00.000Z",
      "Preferred-Languages: en, de",
      "Canonical: https://pay.once.example/.well-known/security.txt",
      "",
    ].join("\n"),
  );
});

it("security.txt names no place of its own where there is none over https", () => {
  for (const address of [undefined, "http://localhost:3000"])
    expect(securityTxt({ contact: "tel:+1-201-555-0123", address, now: new Date() })).not.toContain(
      "Canonical",
    );
});

it("a server that has run for years has a security.txt that has not expired", async () => {
  vi.stubEnv("ONCE_SECURITY_CONTACT", "https://once.example/security");
  vi.useFakeTimers({ now: new Date("2031-05-01T00:00:00Z"), toFake: ["Date"] });
  const text = await (await ask()).text();
  const expires = Date.parse(/^Expires: (.+)$/m.exec(text)?.[1] ?? "");
  expect(expires).toBeGreaterThan(Date.now());
  // RFC 9116 §2.5.5 recommends less than a year.
  expect(expires).toBeLessThan(Date.parse("2032-05-01T00:00:00Z"));
});

it("without anybody to tell there is no security.txt", async () => {
  vi.stubEnv("ONCE_SECURITY_CONTACT", "");
  const response = await ask();
  expect(response.status).toBe(404);
  expect(await response.text()).toBe("");
});

it.each(["security@once.example", "http://once.example/security", "javascript:alert(1)", "mailto:a\nb: c"])(
  "what is no address to tell somebody at is refused when the server starts: %j",
  (contact) => {
    vi.stubEnv("ONCE_SECURITY_CONTACT", contact);
    expect(() => environment()).toThrow(/ONCE_SECURITY_CONTACT must be/);
  },
);
