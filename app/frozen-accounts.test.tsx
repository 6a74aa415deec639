/** Whoever is offered to pay from a frozen account, or to top one up, is told before. */
import { randomUUID } from "node:crypto";
import { createFormatter, createTranslator, NextIntlClientProvider } from "next-intl";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it, vi } from "vitest";
import { testDatabase } from "@/db/testing/fixtures/database";
import { newOrder, newPerson, type Person } from "@/db/testing/fixtures/people";
import en from "@/messages/en.json";
import { formats } from "@/server/texts";
import CheckoutPage from "./checkout/[orderId]/page";
import TransferReviewPage from "./send/[intentId]/review/page";
import TopUpPage from "./top-up/[intentId]/page";
import TopUpReviewPage from "./top-up/[intentId]/review/page";

const session = vi.hoisted((): { viewer?: unknown } => ({}));
vi.mock("@/server/identity/viewer", () => ({
  findViewer: async () => ({ isKnown: true, viewer: session.viewer }),
  getViewer: async () => session.viewer,
}));
vi.mock("@/app/pay-action", () => ({ payNow: undefined }));
vi.mock("@/app/looks-like-earlier-action", () => ({ looksLikeEarlier: undefined }));
/** They live in the browser. */
vi.mock("@/components/checkout/pay-form", () => ({ PayForm: () => "Pay stands here" }));
vi.mock("@/components/top-up/top-up-form", () => ({ TopUpForm: () => "Pay stands here" }));
vi.mock("@/server/http/request/nonce", () => ({ pageNonce: async () => "nonce" }));
vi.mock("next-intl/server", () => ({
  getLocale: async () => "en",
  getFormatter: async () => createFormatter({ locale: "en", formats, timeZone: "UTC" }),
  getTranslations: async (namespace: "order") =>
    createTranslator({ locale: "en", messages: en, formats, namespace }),
}));

const test = testDatabase();

type Page = (props: {
  params: Promise<{ intentId: string; orderId: string }>;
  searchParams: Promise<Record<string, string>>;
}) => Promise<ReactNode>;

async function read(page: Page, id: string, searchParams: Record<string, string>): Promise<string> {
  const shown = await page({
    params: Promise.resolve({ intentId: id, orderId: id }),
    searchParams: Promise.resolve(searchParams),
  });
  const html = renderToStaticMarkup(
    <NextIntlClientProvider locale="en" messages={en} formats={formats} timeZone="UTC">
      {shown}
    </NextIntlClientProvider>,
  );
  return html.replaceAll(/<[^>]+>/g, " ");
}

const AMOUNT = { amountMinor: "100", currency: "USD" };

it.each<[string, Page, (payee: Person) => Record<string, string>]>([
  ["the review of a transfer", TransferReviewPage, ({ handle }) => ({ ...AMOUNT, payee: handle })],
  ["a top-up", TopUpPage, () => ({})],
  ["the review of a top-up", TopUpReviewPage, () => AMOUNT],
  ["the checkout of an order", CheckoutPage, () => ({})],
])("%s", async (_what, page, search) => {
  const [payer, payee] = [await newPerson(test.owner, 1_000n), await newPerson(test.owner, 0n, "merchant")];
  session.viewer = { ...payer, name: payer.handle, email: `${payer.handle}@once.test`, role: "payer" };
  const id = page === CheckoutPage ? (await newOrder(payee, "100")).orderId : randomUUID();
  const words = async () => {
    const all = await read(page, id, search(payee));
    return [all.includes("Pay stands here"), all.includes("Your USD account is frozen")];
  };
  expect(await words()).toEqual([true, false]);
  await test.owner`update ledger_accounts set closed_at = now() where owner_id = ${payer.id}`;
  expect(await words()).toEqual([true, true]);
});
