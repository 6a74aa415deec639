/**
 * The form without JavaScript as it is shown, and shown again: what it says of a key it says to whom the form was opened as,
 * and a "no" follows from an outcome alone, never from the address or from a key that is open.
 */
import { createTranslator, NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { afterAll, expect, it, vi } from "vitest";
import { flushAttempts } from "@/db/attempts/record";
import { revokeKey } from "@/db/idempotency/revoke";
import { pay } from "@/db/payments/pay";
import { testDatabase } from "@/db/testing/fixtures/database";
import { keyFor, newOrder, newPerson, type Person } from "@/db/testing/fixtures/people";
import { plainFormPath } from "@/lib/plain-form-path";
import en from "@/messages/en.json";
import { flashFor } from "@/server/http/request/flash-cookie";
import { noticeOfPlainForm } from "@/server/pay/plain-form";
import PlainCheckoutPage from "./page";

/** Who has the session; outside Next.js there is none to read. */
const session = vi.hoisted((): { viewer?: unknown; isAway?: boolean } => ({}));
vi.mock("@/server/identity/viewer", () => ({
  findViewer: async () => (session.isAway ? { isKnown: false } : { isKnown: true, viewer: session.viewer }),
}));
/** What the browser was given. */
const jar = vi.hoisted((): { flash?: string | undefined } => ({}));
vi.mock("next/headers", () => ({
  cookies: async () => ({ get: () => (jar.flash === undefined ? undefined : { value: jar.flash }) }),
}));
vi.mock("next-intl/server", () => ({
  getLocale: async () => "en",
  getTranslations: async () => createTranslator({ locale: "en", messages: en }),
}));
vi.mock("next/navigation", () => ({
  redirect: (path: string) => {
    throw new Error(`redirect ${path}`);
  },
  notFound: () => {
    throw new Error("not found");
  },
  unstable_rethrow: (error: unknown) => {
    if (error instanceof Error && /^redirect |^not found$/.test(error.message)) throw error;
  },
}));

const test = testDatabase();
afterAll(flushAttempts);

const NO = /no money has moved|never will be|not carried out|not paid/i;

function signInAs(person: Person): void {
  session.viewer = { ...person, name: person.handle, email: `${person.handle}@once.test`, role: "payer" };
}

/** Opens the address, and returns what is read there, or where it leads. */
async function open(address: string): Promise<string> {
  const url = new URL(address, "https://pay.example");
  try {
    const page = await PlainCheckoutPage({
      params: Promise.resolve({ orderId: url.pathname.split("/")[2] ?? "" }),
      searchParams: Promise.resolve(Object.fromEntries(url.searchParams)),
    });
    const html = renderToStaticMarkup(
      <NextIntlClientProvider locale="en" messages={en} timeZone="UTC">
        {page}
      </NextIntlClientProvider>,
    );
    return html.replaceAll(/<[^>]+>/g, " ");
  } catch (error) {
    return String(error);
  }
}

/** Alice, who has opened the form of an order over ten dollars, and Bob. */
async function opened(balanceMinor = 1_000n) {
  const [alice, bob, merchant] = [
    await newPerson(test.owner, balanceMinor),
    await newPerson(test.owner, 1_000n),
    await newPerson(test.owner, 0n, "merchant"),
  ];
  const { orderId, purpose, command } = await newOrder(merchant, "1000");
  const key = await keyFor(alice.id, purpose);
  signInAs(alice);
  const form = { place: `/checkout/${orderId}`, key, userId: alice.id };
  return { alice, bob, merchant, form, payNow: () => pay(alice.id, key, command) };
}

it.each([undefined, "unknown", "refused"] as const)(
  "after it has paid (notice: %s), another user is led to sign in and back, and told nothing of the key",
  async (notice) => {
    const { alice, bob, form, payNow } = await opened();
    await payNow();
    signInAs(bob);
    const address = plainFormPath(form, notice);
    expect(await open(address)).toBe(`Error: redirect /sign-in?next=${encodeURIComponent(address)}`);
    signInAs(alice);
    expect(await open(address)).toBe(`Error: redirect /payments/${form.key}`);
  },
);

it("whoever is not signed in is led to sign in, and back to the form", async () => {
  const { form } = await opened();
  session.viewer = undefined;
  const address = plainFormPath(form);
  expect(await open(address)).toBe(`Error: redirect /sign-in?next=${encodeURIComponent(address)}`);
});

it("an address that does not say whose form it was says nothing of the key: it leads to the checkout", async () => {
  const { bob, form, payNow } = await opened();
  await payNow();
  signInAs(bob);
  for (const more of ["", "&notice=unknown", "&user=", "&user=alice"])
    expect(await open(`${form.place}/form?key=${form.key}${more}`)).toBe(`Error: redirect ${form.place}`);
});

it.each([undefined, "unknown", "refused"] as const)(
  "while the key is open (notice: %s) it says no no: a press may be under way",
  async (notice) => {
    const { form } = await opened();
    const address = plainFormPath(form, notice);
    jar.flash = flashFor(address, form.userId)?.value;
    const words = await open(address);
    expect(words).toContain("Pay $10.00");
    expect(words).not.toMatch(NO);
    expect(/may have moved/.test(words)).toBe(notice !== undefined);
    // The address alone claims nothing of a key that was never pressed.
    jar.flash = undefined;
    expect(await open(address)).not.toMatch(/may have moved|not accepted/);
  },
);

it("what arrived for an open key is told from the record, whatever the address says", async () => {
  const { alice, form } = await opened();
  const said = async (verdict: string): Promise<string> => {
    await test.owner`
      insert into payment_attempts (id, user_id, key, arrived_at, channel, verdict)
      values (gen_random_uuid(), ${alice.id}, ${form.key}, now(), 'form', ${verdict})`;
    return open(plainFormPath(form));
  };
  expect(await said("refused")).toContain("An earlier press was not accepted");
  expect(await said("unknown")).toContain("may have moved");
});

it("whose account is frozen is told that it pays nothing, where no press may be under way", async () => {
  const { alice, form } = await opened();
  const frozen = "Your account is frozen. Nothing was taken for this.";
  await test.owner`update ledger_accounts set closed_at = now() where owner_id = ${alice.id}`;
  expect(await open(plainFormPath(form))).toContain(frozen);
  // What has had no answer may still be carried out, whatever has been frozen since.
  const address = plainFormPath(form, "unknown");
  jar.flash = flashFor(address, form.userId)?.value;
  const led = await open(address);
  jar.flash = undefined;
  expect(await open(address)).toContain(frozen);
  await test.owner`
    insert into payment_attempts (id, user_id, key, arrived_at, channel, verdict)
    values (gen_random_uuid(), ${alice.id}, ${form.key}, now(), 'form', 'unknown')`;
  for (const words of [led, await open(plainFormPath(form))]) {
    expect(words).not.toContain(frozen);
    expect(words).toContain("may have moved, once at most");
  }
});

it("a key that is no longer open when the freeze is seen may have been charged before it", async () => {
  const { alice, form, payNow } = await opened();
  await payNow();
  await test.owner`update ledger_accounts set closed_at = now() where owner_id = ${alice.id}`;
  const ofForm = { key: form.key, notice: undefined };
  expect(await noticeOfPlainForm(alice.id, ofForm, plainFormPath(form), "USD")).toBe("unknown");
});

it("a key that is void for who opened the form never pays, and a declined one says so", async () => {
  const { alice, form } = await opened();
  await revokeKey(alice.id, form.key);
  expect(await open(plainFormPath(form))).toMatch(NO);
  const poor = await opened(1n);
  await poor.payNow();
  expect(await open(plainFormPath(poor.form, "unknown"))).toMatch(NO);
});

it("a decline of another order is not told as this one's: its own receipt is shown", async () => {
  const { merchant, form, payNow } = await opened(1n);
  await payNow();
  const { orderId } = await newOrder(merchant, "1");
  expect(await open(plainFormPath({ ...form, place: `/checkout/${orderId}` }))).toBe(
    `Error: redirect /payments/${form.key}`,
  );
});

it("while nobody can be looked up it offers the key and the amount of its address again, and says that no answer has come", async () => {
  const { form, bob } = await opened();
  const carried = { amountMinor: "1000", currency: "USD" };
  try {
    for (const viewer of [undefined, bob]) {
      session.isAway = true;
      if (viewer) signInAs(viewer);
      const words = await open(plainFormPath({ ...form, carried }, "unknown"));
      expect(words).toContain("Pay $10.00");
      expect(words).toMatch(/No answer has reached us yet. Your money may have moved, once at most/);
      expect(words).not.toMatch(NO);
    }
    // What was to be paid is not known: there is nothing to press.
    for (const wrong of [{}, { amountMinor: "-1", currency: "USD" }, { amountMinor: "1", currency: "u" }]) {
      const words = await open(plainFormPath({ ...form, carried: wrong }, "unknown"));
      expect(words).not.toContain("Pay $");
      expect(words).toMatch(/may have moved, once at most/);
      expect(words).not.toMatch(NO);
    }
  } finally {
    session.isAway = false;
  }
});
