/** A payment link's page answers whoever cancels an order that they have begun by it, whatever has become of the link since. */
import { randomUUID } from "node:crypto";
import { createTranslator, NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it, vi } from "vitest";
import { closePaymentLink, orderByLink, putPaymentLink } from "@/db/orders/payment-links";
import { testDatabase } from "@/db/testing/fixtures/database";
import { newPerson, type Person } from "@/db/testing/fixtures/people";
import en from "@/messages/en.json";
import { flashFor } from "@/server/http/request/flash-cookie";
import PayLinkPage from "./page";

const session = vi.hoisted((): { viewer?: unknown } => ({}));
vi.mock("@/server/identity/viewer", () => ({
  findViewer: async () => ({ isKnown: true, viewer: session.viewer }),
}));
const jar = vi.hoisted((): { flash?: string | undefined } => ({}));
vi.mock("next/headers", () => ({
  cookies: async () => ({ get: () => (jar.flash === undefined ? undefined : { value: jar.flash }) }),
  headers: async () => new Headers(),
}));
vi.mock("next-intl/server", () => ({
  getLocale: async () => "en",
  getTranslations: async (namespace: "payLink") =>
    createTranslator({ locale: "en", messages: en, namespace }),
}));

const test = testDatabase();

function signInAs(person: Person): void {
  session.viewer = { ...person, name: person.handle, email: `${person.handle}@once.test`, role: "payer" };
}

/** A link by which its buyer, who is signed in, has begun two orders. */
async function begunTwice() {
  const [merchant, buyer] = [
    await newPerson(test.owner, 0n, "merchant"),
    await newPerson(test.owner, 1_000n),
  ];
  const put = await putPaymentLink(merchant.id, randomUUID(), {
    description: "Card",
    currency: "USD",
    items: [{ description: "Card", quantity: 1, amountMinor: "300" }],
  });
  if (put.type !== "created") throw new Error(`The link was not created: ${put.type}.`);
  for (const intentId of [randomUUID(), randomUUID()])
    await orderByLink(put.link, { userId: buyer.id, intentId, quantity: 1 });
  signInAs(buyer);
  return { merchant, buyer, path: `/pay/${put.link.id}`, linkId: put.link.id };
}

/** What is read at an address of a link. */
async function open(address: string): Promise<string> {
  const url = new URL(address, "https://pay.example");
  const page = await PayLinkPage({
    params: Promise.resolve({ linkId: url.pathname.split("/")[2] ?? "" }),
    searchParams: Promise.resolve(Object.fromEntries(url.searchParams)),
  });
  const html = renderToStaticMarkup(
    <NextIntlClientProvider locale="en" messages={en} timeZone="UTC">
      {page}
    </NextIntlClientProvider>,
  );
  return html.replaceAll(/<[^>]+>/g, " ");
}

it.each(["cancelled", "paid-first", "cancel-unknown"] as const)(
  "%s is said of an order by a link that is closed as by one that is open, and only where it was so",
  async (notice) => {
    const { merchant, buyer, path, linkId } = await begunTwice();
    const address = `${path}?notice=${notice}`;
    const words = en.payLink[`notice_${notice}`];
    for (const close of [undefined, () => closePaymentLink(merchant.id, linkId)]) {
      await close?.();
      jar.flash = flashFor(address, buyer.id)?.value;
      expect(await open(address)).toContain(words);
      jar.flash = undefined;
      expect(await open(address)).not.toContain(words);
    }
  },
);

it("nobody is told to press a button that a closed link does not have", async () => {
  const { merchant, path, linkId } = await begunTwice();
  expect(await open(`${path}?notice=again`)).toContain("Press “");
  await closePaymentLink(merchant.id, linkId);
  const words = await open(`${path}?notice=again`);
  expect(words).toContain(en.payLink.closedTitle);
  expect(words).not.toContain("Press “");
});
