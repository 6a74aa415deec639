/** What an address says was done is said where a cookie backs it; an address alone, typed or sent by somebody, claims no event. */
import { randomUUID } from "node:crypto";
import { createTranslator, NextIntlClientProvider } from "next-intl";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it, vi } from "vitest";
import { pay } from "@/db/payments/pay";
import { testDatabase } from "@/db/testing/fixtures/database";
import { keyFor, newOrder, newPerson } from "@/db/testing/fixtures/people";
import en from "@/messages/en.json";
import { flashFor } from "@/server/http/request/flash-cookie";
import { formats } from "@/server/texts";
import OrderPage from "./orders/[id]/page";
import OutdatedPage from "./outdated/page";
import RequestPage from "./request/[orderId]/page";
import SignUpSentPage from "./sign-up/sent/page";

const session = vi.hoisted((): { viewer?: unknown } => ({}));
vi.mock("@/server/identity/viewer", () => ({
  findViewer: async () => ({ isKnown: true, viewer: session.viewer }),
}));
vi.mock("@/db/identity/pending-sign-ups", () => ({
  findSignUp: async (id: string) => ({ id, email: "alice@once.test" }),
}));
vi.mock("./sign-up/actions", () => ({ mailSignUpAgain: undefined }));
const jar = vi.hoisted((): { flash?: string | undefined } => ({}));
vi.mock("next/headers", () => ({
  cookies: async () => ({ get: () => (jar.flash === undefined ? undefined : { value: jar.flash }) }),
  headers: async () => new Headers({ host: "pay.example" }),
}));
vi.mock("next/navigation", async (original) => ({
  ...(await original<typeof import("next/navigation")>()),
  useRouter: () => ({ refresh: () => undefined }),
}));
vi.mock("next-intl/server", () => ({
  getLocale: async () => "en",
  getTranslations: async (namespace: "order") => createTranslator({ locale: "en", messages: en, namespace }),
}));

const test = testDatabase();

type Page = (props: {
  params: Promise<{ id: string; orderId: string }>;
  searchParams: Promise<Record<string, string>>;
}) => Promise<ReactNode>;

/** What `page` says at `address`, to a browser that was led there for `userId` just now, and to one that was not. */
async function said(page: Page, address: string, userId: string): Promise<{ led: string; alone: string }> {
  const url = new URL(address, "https://pay.example");
  const id = url.pathname.split("/")[2] ?? "";
  const read = async () => {
    const shown = await page({
      params: Promise.resolve({ id, orderId: id }),
      searchParams: Promise.resolve(Object.fromEntries(url.searchParams)),
    });
    const html = renderToStaticMarkup(
      <NextIntlClientProvider locale="en" messages={en} formats={formats} timeZone="UTC">
        {shown}
      </NextIntlClientProvider>,
    );
    return html.replaceAll(/<[^>]+>/g, " ");
  };
  jar.flash = flashFor(address, userId)?.value;
  const led = await read();
  jar.flash = undefined;
  return { led, alone: await read() };
}

it.each([
  ["/orders", OrderPage, "merchant", en.merchant.noticeUnknown, en.merchant.noticePaidFirst],
  ["/request", RequestPage, "payer", en.request.notice_unknown, en.request["notice_paid-first"]],
] as const)("%s: what became of cancelling", async (path, page, role, unknown, paidFirst) => {
  const [seller, payer] = [await newPerson(test.owner, 0n, role), await newPerson(test.owner, 1_000n)];
  session.viewer = { ...seller, name: seller.handle, email: `${seller.handle}@once.test`, role };
  const { orderId, purpose, command } = await newOrder(seller, "1000");
  const open = await said(page, `${path}/${orderId}?notice=unknown`, seller.id);
  expect([open.led.includes(unknown), open.alone.includes(unknown)]).toEqual([true, false]);
  await pay(payer.id, await keyFor(payer.id, purpose), command);
  const paid = await said(page, `${path}/${orderId}?notice=paid-first`, seller.id);
  expect([paid.led.includes(paidFirst), paid.alone.includes(paidFirst)]).toEqual([true, false]);
});

it.each([
  ["sent", en.signUp.sentAgain],
  ["later", en.signUp.sentLater],
])("the mail of a sign-up: %s", async (again, words) => {
  session.viewer = undefined;
  const { led, alone } = await said(SignUpSentPage, `/sign-up/sent?id=${randomUUID()}&again=${again}`, "");
  expect([led.includes(words), alone.includes(words)]).toEqual([true, false]);
});

it("a form whose action is not known any more, whoever opens the address that it leads to", async () => {
  session.viewer = undefined;
  const { led, alone } = await said(OutdatedPage, "/outdated?from=%2Fsend%3Fa%3Db", "");
  expect(led).toContain(en.outdated.text);
  expect(alone).toContain(en.outdated.unknown);
  expect(alone).not.toMatch(/nothing was done|no money has moved/i);
});
