/** The plain form, in every shape that browsers and proxies give its POST. */
import { afterAll, expect, it, vi } from "vitest";
import { POST as continuePlainly } from "@/app/checkout/[orderId]/continue/route";
import { POST as payByForm } from "@/app/checkout/[orderId]/pay/route";
import { flushAttempts } from "@/db/attempts/record";
import { testDatabase } from "@/db/testing/fixtures/database";
import { balanceOf, keyFor, newOrder, newPerson } from "@/db/testing/fixtures/people";
import { SCOPES } from "@/lib/identity/scopes";
import { plainFormPath } from "@/lib/plain-form-path";
import type { Caller } from "../identity/viewer.ts";

/** Outside Next.js there is no session to read: a test says who has one. */
const session = vi.hoisted((): { caller: Caller | undefined } => ({ caller: undefined }));
vi.mock("../identity/viewer.ts", () => ({ authenticate: async () => session.caller }));

const test = testDatabase();
afterAll(flushAttempts);

/** A payer who is signed in, and what their browser posts to pay an order over ten dollars. */
async function newForm() {
  const payer = await newPerson(test.owner, 1_000n);
  const { orderId, purpose } = await newOrder(await newPerson(test.owner, 0n, "merchant"), "1000");
  session.caller = {
    user: { ...payer, name: payer.handle, email: `${payer.handle}@once.test`, role: "payer" },
    scopes: SCOPES,
    via: "session",
  };
  const key = await keyFor(payer.id, purpose);
  const fields = { user: payer.id, idempotency_key: key, amountMinor: "1000", currency: "USD" };
  const post = async (changes: {
    headers?: Record<string, string>;
    more?: Record<string, string>;
    isChunked?: boolean;
    orderId?: string;
  }) => {
    const text = new URLSearchParams({ ...fields, ...changes.more }).toString();
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "sec-fetch-site": "same-origin",
      ...changes.headers,
    };
    const body = changes.isChunked ? new Blob([text]).stream() : text;
    const request = new Request("https://pay.example/checkout", {
      method: "POST",
      headers: changes.isChunked ? headers : { ...headers, "content-length": String(text.length) },
      body,
      duplex: "half",
    } as RequestInit);
    const { status, headers: answered } = await payByForm(request, {
      params: Promise.resolve({ orderId: changes.orderId ?? orderId }),
    });
    return [status, answered.get("location")];
  };
  const paid = async () => 1_000n - (await balanceOf(test.owner, payer.accountId));
  return { form: { place: `/checkout/${orderId}`, key, userId: payer.id }, orderId, key, post, paid };
}

it.each([
  ["in chunks, without its length", { isChunked: true }],
  [
    "with its charset named",
    { headers: { "content-type": "application/x-www-form-urlencoded; charset=UTF-8" } },
  ],
  ["under a hardened referrer policy", { headers: { origin: "null" } }],
])("sent %s, it pays", async (_what, changes) => {
  const { key, post, paid } = await newForm();
  expect(await post(changes)).toEqual([303, `/payments/${key}`]);
  expect(await paid()).toBe(1_000n);
});

const TOO_MUCH = { note: "x".repeat(16 * 1024) };

it.each([
  ["with more than a form can have", "too-large", { more: TOO_MUCH }],
  ["with more, in chunks", "too-large", { more: TOO_MUCH, isChunked: true }],
  ["as another kind of body", "unsupported-media-type", { headers: { "content-type": "text/plain" } }],
  [
    "from another site",
    "forbidden",
    { headers: { "sec-fetch-site": "cross-site", origin: "https://evil.example" } },
  ],
  ["from another subdomain", "forbidden", { headers: { "sec-fetch-site": "same-site" } }],
  ["from a stranger's frame", "forbidden", { headers: { "sec-fetch-site": "cross-site", origin: "null" } }],
])("sent %s, it is refused, and the page that says why is shown", async (_what, problem, changes) => {
  const { post, paid } = await newForm();
  expect(await post(changes)).toEqual([303, `/problems/${problem}`]);
  expect(await paid()).toBe(0n);
});

it("Continue leads to the form of whoever pressed it", async () => {
  const { form, orderId } = await newForm();
  const request = new Request("https://pay.example/checkout", {
    method: "POST",
    headers: { "sec-fetch-site": "same-origin" },
    body: new URLSearchParams({ user: form.userId }),
  });
  const { headers } = await continuePlainly(request, { params: Promise.resolve({ orderId }) });
  expect(headers.get("location")).toBe(plainFormPath(form));
});

it("sent after somebody else has signed in, or nobody, it leads to sign-in and back to the form", async () => {
  const { form, post, paid } = await newForm();
  const payer = session.caller;
  // With what was to be paid, which the form needs while the order cannot be read.
  const again = plainFormPath({ ...form, carried: { amountMinor: "1000", currency: "USD" } }, "unknown");
  const back = `/sign-in?next=${encodeURIComponent(again)}`;
  await newForm();
  expect(await post({})).toEqual([303, back]);
  session.caller = undefined;
  expect(await post({})).toEqual([303, back]);
  session.caller = payer;
  expect(await paid()).toBe(0n);
});

it("refused for what it asks, it leads to the form of whoever sent it", async () => {
  const { form, post, paid } = await newForm();
  expect(await post({ more: { amountMinor: "1" } })).toEqual([303, plainFormPath(form, "refused")]);
  expect(await paid()).toBe(0n);
});

it("whatever stands in its address, it leads to a page of ours", async () => {
  const { post } = await newForm();
  for (const orderId of ["..//evil.example", "..\\\\evil.example", "\r\n/evil.example"]) {
    expect(await post({ orderId })).toEqual([303, expect.stringMatching(/^\/(?:$|checkout\/[^/\\]+$)/)]);
  }
});
