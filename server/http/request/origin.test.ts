/** Which requests of browsers count as sent by our own pages, in every shape that browsers and proxies give them. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { isSameOrigin } from "./origin.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

const is = (headers: Record<string, string>) => isSameOrigin(new Headers(headers));
const OURS = "https://pay.example";

describe("where the browser says from where it asks", () => {
  it.each([
    ["the address is another one inside, where a proxy hides Host", { origin: OURS, host: "10.0.0.7:3000" }],
    ["a request was sent on inside the server", { origin: "http://localhost:3000", host: "127.0.0.1:3000" }],
    ["a proxy drops the port", { origin: "https://pay.example:8443", host: "pay.example" }],
    ["the referrer policy was hardened", { origin: "null", host: "pay.example" }],
    ["Origin is not sent", { host: "pay.example" }],
  ])("our own pages are believed, though %s", (_what, headers) => {
    expect(is({ ...headers, "sec-fetch-site": "same-origin" })).toBe(true);
    vi.stubEnv("ONCE_URL", OURS);
    expect(is({ ...headers, "sec-fetch-site": "same-origin" })).toBe(true);
  });

  it.each(["cross-site", "same-site", "", "same-origin, cross-site"])("%o is not ours", (site) => {
    for (const origin of ["null", OURS, "https://evil.example", "https://other.pay.example"]) {
      expect(is({ origin, host: "pay.example", "sec-fetch-site": site })).toBe(false);
    }
    expect(is({ host: "pay.example", "sec-fetch-site": site })).toBe(false);
  });
});

it("what the reader sends again, without any page asking, is ours where Origin is", () => {
  const again = { host: "pay.example", "sec-fetch-site": "none" };
  expect(is({ ...again, origin: OURS })).toBe(true);
  for (const origin of ["null", "https://evil.example"]) expect(is({ ...again, origin })).toBe(false);
  expect(is(again)).toBe(false);
});

describe("where it does not say, as over plain http", () => {
  it.each([
    ["as it is", { origin: OURS, host: "pay.example" }],
    ["with the usual port", { origin: OURS, host: "pay.example:443" }],
    ["with a port", { origin: "http://10.0.0.7:3000", host: "10.0.0.7:3000" }],
    ["in other letters", { origin: OURS, host: "Pay.Example" }],
    ["behind a proxy", { origin: OURS, host: "app:3000", "x-forwarded-host": "pay.example" }],
    ["behind two proxies", { origin: OURS, host: "app:3000", "x-forwarded-host": "pay.example, lb:80" }],
  ])("Origin is the host that was asked for, %s", (_what, headers) => {
    expect(is(headers)).toBe(true);
  });

  it.each([
    ["another site's", { origin: "https://evil.example", host: "pay.example" }],
    ["another subdomain's", { origin: "https://other.pay.example", host: "pay.example" }],
    ["another port's", { origin: "https://pay.example:8443", host: "pay.example" }],
    ["nobody's", { origin: "null", host: "pay.example" }],
    ["not there", { host: "pay.example" }],
    ["no address", { origin: "pay.example", host: "pay.example" }],
    ["ours, but no host was asked for", { origin: OURS }],
    ["ours, but the host is no host", { origin: OURS, host: "pay.example:x" }],
    ["one of two proxies'", { origin: "https://lb", host: "app", "x-forwarded-host": "pay.example, lb" }],
  ])("Origin is %s: refused", (_what, headers) => {
    expect(is(headers as Record<string, string>)).toBe(false);
  });

  it("with ONCE_URL it is that origin, whatever was asked for", () => {
    vi.stubEnv("ONCE_URL", `${OURS}/`);
    expect(is({ origin: OURS, host: "10.0.0.7:3000" })).toBe(true);
    expect(is({ origin: "https://evil.example", host: "evil.example" })).toBe(false);
    expect(is({ origin: "http://pay.example", host: "pay.example" })).toBe(false);
    expect(is({ origin: "null", host: "pay.example" })).toBe(false);
  });
});
