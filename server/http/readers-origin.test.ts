/** Which host a link begins with that somebody copies or scans, whichever way the page that shows it was rendered. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { readersOrigin } from "./readers-origin.ts";

let received = new Headers();
vi.mock("next/headers", () => ({ headers: async () => received }));

beforeEach(() => {
  vi.stubEnv("ONCE_URL", undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

it.each([
  ["of a plain request", { host: "localhost:3000" }, "http://localhost:3000"],
  [
    "of a page that an action redirects to, which Next.js asks for itself by another Host",
    { host: "127.0.0.1:3000", "x-forwarded-host": "localhost:3000" },
    "http://localhost:3000",
  ],
  [
    "of this machine by number",
    { host: "localhost:3000", "x-forwarded-host": "127.0.0.1:3000" },
    "http://127.0.0.1:3000",
  ],
  [
    "behind a proxy with TLS",
    { host: "app:3000", "x-forwarded-host": "pay.example, lb", "x-forwarded-proto": "https" },
    "https://pay.example",
  ],
  ["of an IPv6 address", { host: "[::1]:3000" }, "http://[::1]:3000"],
])("the host %s is the one that the reader asked for", async (_what, headers, origin) => {
  received = new Headers(headers as Record<string, string>);
  expect(await readersOrigin()).toBe(origin);
});

it.each(["evil.test/path", "localhost@evil.test", "a b", "pay.example:x", '"><script>'])(
  "what is no host is not repeated: %s",
  async (host) => {
    received = new Headers({ "x-forwarded-host": host });
    expect(await readersOrigin()).toBe("http://localhost:3000");
  },
);

it("ONCE_URL goes before whatever was asked for", async () => {
  vi.stubEnv("ONCE_URL", "https://pay.shop.test/");
  received = new Headers({ host: "localhost:3000", "x-forwarded-host": "127.0.0.1:3000" });
  expect(await readersOrigin()).toBe("https://pay.shop.test");
});
