/** The receipt: how often Pay arrived, what was paid back, who may see it, and the file that says the same. */
import type { Page } from "@playwright/test";
import { readPdf } from "../../server/documents/testing.ts";
import { violationsOn } from "../support/axe.ts";
import { books, expectPaidOnce, newOrder, userIdOf } from "../support/books.ts";
import { expect, expectReceipt, openCheckout, payButton, signIn, test } from "../support/fixtures.ts";

const AS_ALICE = { authorization: "Bearer once_demo_alice", "content-type": "application/json" };
const AS_MIA = { authorization: "Bearer once_demo_mia", "content-type": "application/json" };

const idOf = (page: Page): string => page.url().split("/").at(-1) ?? "";

/** Pays on the page of Alice, who is signed in there, and returns the payment's id. */
async function payOnPage(alice: Page, orderId: string): Promise<string> {
  await openCheckout(alice, orderId);
  await payButton(alice).click();
  await expectReceipt(alice);
  return idOf(alice);
}

async function refund(baseURL: string, paymentId: string, amountMinor: string): Promise<string> {
  const issued = await fetch(`${baseURL}/api/idempotency-keys`, {
    method: "POST",
    headers: AS_MIA,
    body: JSON.stringify({ purpose: { kind: "refund", paymentId, intentId: crypto.randomUUID() } }),
  });
  const { key }: { key: string } = await issued.json();
  const refunded = await fetch(`${baseURL}/api/payments/${paymentId}/refunds`, {
    method: "POST",
    headers: { ...AS_MIA, "idempotency-key": `"${key}"` },
    body: JSON.stringify({ amountMinor }),
  });
  expect(refunded.status).toBe(201);
  return key;
}

test("says that Pay was received three times, by three ways, and charged once", async ({
  alice,
  orderId,
  baseURL,
}) => {
  const id = await payOnPage(alice, orderId);
  // At once, before anything is written: the process that was asked knows.
  await expect(alice.getByText("Pay was received once and charged once.")).toBeVisible();
  const again = await fetch(`${baseURL}/api/payments`, {
    method: "POST",
    headers: { ...AS_ALICE, "idempotency-key": `"${id}"`, "x-request-id": "seen-by-alice-only" },
    body: JSON.stringify({ orderId, amountMinor: "3800", currency: "USD" }),
  });
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  const plain = await alice.request.post(`/checkout/${orderId}/pay`, {
    form: {
      user: await userIdOf("alice"),
      idempotency_key: id,
      amountMinor: "3800",
      currency: "USD",
    },
    headers: { origin: baseURL ?? "" },
    maxRedirects: 0,
  });
  expect(plain.headers().location).toBe(`/payments/${id}`);
  await alice.reload();
  await expect(alice.getByText("Pay was received 3 times and charged once.")).toBeVisible();
  const arrivals = alice.getByRole("list").filter({ hasText: "From the payment page" }).getByRole("listitem");
  await expect(arrivals).toHaveCount(3);
  for (const [at, says] of [
    [0, /From the payment page.*This request was carried out: \$38\.00 moved, once\./],
    [1, /Through the API.*told the same outcome\. No more money moved\..*Request seen-by-alice-only/],
    [2, /From the plain form, without JavaScript.*told the same outcome/],
  ] as const)
    await expect(arrivals.nth(at)).toHaveText(says);
  // To the millisecond, with the zone.
  await expect(arrivals.first().getByRole("time")).toHaveText(/\d{2}:\d{2}:\d{2}\.\d{3} UTC$/);
  await expect(alice.getByText(/^Entry \d+ of this account\. Balance after it: \$/)).toHaveCount(1);
  await expectPaidOnce(orderId);
  await expect(async () => {
    await alice.reload();
    await expect(alice.getByText(/^Position \d+, sealed /)).toBeVisible({ timeout: 500 });
  }).toPass();
});

test("shows the payee both sides and nothing of the payer's arrivals and balance; a stranger finds nothing", async ({
  alice,
  browser,
  orderId,
  baseURL,
}) => {
  const id = await payOnPage(alice, orderId);
  await fetch(`${baseURL}/api/payments`, {
    method: "POST",
    headers: { ...AS_ALICE, "idempotency-key": `"${id}"`, "x-request-id": "seen-by-alice-only" },
    body: JSON.stringify({ orderId, amountMinor: "3800", currency: "USD" }),
  });
  await alice.reload();
  const balance = await alice.getByText(/^Entry \d+ of this account\. Balance after it: /).textContent();
  const context = await browser.newContext({ baseURL: baseURL ?? "" });
  const mia = await context.newPage();
  await signIn(mia, "Mia");
  await mia.goto(`/payments/${id}`);
  await expect(mia.getByText("Received from Alice")).toBeVisible();
  await expect(mia.getByText("@alice").first()).toBeVisible();
  await expect(mia.getByText(/^Entry \d+ of this account/)).toHaveCount(1);
  const seen = await mia.content();
  for (const hidden of ["seen-by-alice-only", "Pay was received", "Key issued", balance ?? "no balance"])
    expect(seen).not.toContain(hidden);
  const file = await mia.request.get(`/payments/${id}/receipt.pdf`);
  expect(file.status()).toBe(200);
  const said = readPdf(await file.body())
    .pages.flat()
    .join("\n");
  expect(said).toContain("Credit: +$38.00");
  for (const hidden of ["seen-by-alice-only", "Pay was received", balance ?? "no balance"])
    expect(said).not.toContain(hidden);

  await signIn(mia, "Bob");
  for (const path of [`/payments/${id}`, `/payments/${id}/receipt.pdf`])
    expect((await mia.request.get(path)).status(), path).toBe(404);
  const asProgram = await fetch(`${baseURL}/payments/${id}/receipt.pdf`, {
    headers: { authorization: "Bearer once_demo_bob" },
  });
  expect([asProgram.status, asProgram.headers.get("content-type")]).toEqual([
    404,
    "application/problem+json",
  ]);
  await context.close();
});

test("a part-refunded sale shows its refunds to both, and each refund leads back", async ({
  alice,
  browser,
  baseURL,
}) => {
  const orderId = await newOrder(baseURL ?? "", "1000", 1);
  await openCheckout(alice, orderId);
  await payButton(alice).click();
  await expectReceipt(alice, "$10.00");
  const id = idOf(alice);
  const refundId = await refund(baseURL ?? "", id, "300");
  await refund(baseURL ?? "", id, "150");

  const context = await browser.newContext({ baseURL: baseURL ?? "" });
  const mia = await context.newPage();
  await signIn(mia, "Mia");
  for (const page of [alice, mia]) {
    await page.goto(`/payments/${id}`);
    const refunds = page.getByRole("region", { name: "Refunds" });
    await expect(refunds.getByText("$4.50 of $10.00 refunded")).toBeVisible();
    await expect(refunds.getByText("Not refunded: $5.50")).toBeVisible();
    await expect(refunds.getByRole("link")).toHaveCount(2);
    await refunds.getByRole("link").filter({ hasText: "−$3.00" }).click();
    await expect(page).toHaveURL(`/payments/${refundId}`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Paid back $3.00");
    await page.getByRole("link", { name: /^\$10\.00, paid on / }).click();
    await expect(page).toHaveURL(`/payments/${id}`);
  }
  const refundLink = (page: Page) => page.getByRole("link", { name: "Refund", exact: true });
  await expect(refundLink(mia)).toHaveAttribute("href", `/payments/${id}/refund`);
  await expect(refundLink(alice)).toHaveCount(0);
  await refund(baseURL ?? "", id, "550");
  await mia.reload();
  await expect(mia.getByText("$10.00 refunded, all of it")).toBeVisible();
  await expect(refundLink(mia)).toHaveCount(0);
  await context.close();
});

test("a declined payment says what happened, that no money moved, and what next", async ({
  page,
  baseURL,
}) => {
  const orderId = await newOrder(baseURL ?? "", "900000000000", 1);
  await signIn(page, "Bob");
  await openCheckout(page, orderId);
  await payButton(page).click();
  await expect(page.getByRole("alert").filter({ hasText: "No money has moved" })).toBeVisible();
  await page.goto("/payments");
  await page.getByRole("link").filter({ hasText: "$9,000,000,000.00" }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/^Declined: .* No money has moved\.$/);
  await expect(page.getByText("The balance was too low")).toBeVisible();
  await expect(page.getByRole("region", { name: "What happens next" })).toContainText("Nothing was taken.");
  await expect(page.getByText("was declined, and moved no money.")).toBeVisible();
});

for (const locale of ["en", "de"] as const) {
  test(`downloads as a PDF in the language of the page: ${locale}`, async ({ alice, orderId, baseURL }) => {
    const id = await payOnPage(alice, orderId);
    await alice.context().addCookies([{ name: "locale", value: locale, url: baseURL ?? "" }]);
    await alice.reload();
    const name = locale === "en" ? "Download as PDF" : "Als PDF herunterladen";
    const [download] = await Promise.all([
      alice.waitForEvent("download"),
      alice.getByRole("link", { name }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`${locale === "en" ? "receipt" : "beleg"}-${id}.pdf`);
    const answer = await alice.request.get(`/payments/${id}/receipt.pdf`);
    const body = await answer.body();
    expect(answer.headers()).toMatchObject({
      "content-type": "application/pdf",
      "cache-control": "no-store",
      "content-length": String(body.length),
      "content-disposition": `attachment; filename="${download.suggestedFilename()}"`,
    });
    const pdf = readPdf(body);
    expect(pdf).toMatchObject({ lang: locale, isTagged: true });
    expect(pdf.pages.flat()).toContain(
      locale === "en"
        ? "Pay was received once and charged once."
        : "„Bezahlen“ ging einmal ein, abgebucht wurde einmal.",
    );
  });
}

test("the file asks nobody in particular to sign in, and leads back to the receipt", async ({
  page,
  request,
}) => {
  const id = crypto.randomUUID();
  const answer = await request.get(`/payments/${id}/receipt.pdf`, { maxRedirects: 0 });
  expect([answer.status(), answer.headers().location]).toEqual([
    303,
    `/sign-in?next=${encodeURIComponent(`/payments/${id}`)}`,
  ]);
  await signIn(page, "Alice");
  const missing = await page.request.get(`/payments/${id}/receipt.pdf`, { maxRedirects: 0 });
  expect([missing.status(), missing.headers().location]).toEqual([303, `/payments/${id}`]);
});

type Mailed = {
  recipient: string;
  outcome: string | null;
  copy: { attachments: { filename: string; base64: string }[] };
};

/** The mails with the receipt that somebody asked for, as the demo keeps them. */
const askedMailsOf = (handle: string, id: string) =>
  books()<Mailed[]>`
    select m.recipient, m.outcome, m.demo_copy as copy from mail_outbox m join users u on u.email = m.recipient
     where u.handle = ${handle} and m.dedupe_key like 'receipt-asked:%' and m.demo_copy::text like ${`%${id}%`}`;

test("is mailed to who asks, once however often the button is pressed, with the PDF", async ({
  alice,
  orderId,
}) => {
  const id = await payOnPage(alice, orderId);
  await alice.reload();
  await alice.getByRole("button", { name: "Send me this by e-mail" }).dblclick();
  await expect(alice.getByRole("status").filter({ hasText: "on its way to alice@once.test" })).toBeVisible();
  await expect.poll(async () => (await askedMailsOf("alice", id)).length).toBe(1);
  const [mail] = await askedMailsOf("alice", id);
  expect(mail?.outcome).toBe("sent");
  expect(mail?.copy.attachments.map(({ filename }) => filename)).toEqual([`receipt-${id}.pdf`]);
  const pdf = readPdf(Buffer.from(mail?.copy.attachments[0]?.base64 ?? "", "base64"));
  expect(pdf.pages.flat()).toContain("Paid $38.00");
});

test("is mailed to nobody who is no part of the payment, nor by a form from another site", async ({
  alice,
  browser,
  orderId,
  baseURL,
}) => {
  const id = await payOnPage(alice, orderId);
  const context = await browser.newContext({ baseURL: baseURL ?? "" });
  const bob = await context.newPage();
  await signIn(bob, "Bob");
  const ask = (page: Page, form: Record<string, string>, origin: string) =>
    page.request.post(`/payments/${id}/mail`, { form, headers: { origin }, maxRedirects: 0 });
  const intentId = crypto.randomUUID();
  const stranger = await ask(bob, { user: await userIdOf("bob"), intentId }, baseURL ?? "");
  expect([stranger.status(), stranger.headers().location]).toEqual([303, `/payments/${id}`]);
  const elsewhere = await ask(
    alice,
    { user: await userIdOf("alice"), intentId },
    "https://elsewhere.example",
  );
  expect(elsewhere.headers().location).toBe("/problems/forbidden");
  const otherUser = await ask(bob, { user: await userIdOf("alice"), intentId }, baseURL ?? "");
  expect(otherUser.headers().location).toMatch(/^\/sign-in/);
  const [row] = await books()<{ n: number }[]>`
    select count(*)::int as n from mail_outbox where dedupe_key like ${`%${intentId}`}`;
  expect(row?.n).toBe(0);
  await context.close();
});

test("nothing on it is out of reach", async ({ alice, orderId, baseURL }) => {
  const id = await payOnPage(alice, orderId);
  await refund(baseURL ?? "", id, "300");
  for (const colorScheme of ["light", "dark"] as const) {
    await alice.emulateMedia({ colorScheme });
    await alice.reload();
    expect(await violationsOn(alice)).toEqual([]);
  }
  await alice.setViewportSize({ width: 320, height: 640 });
  const isWider = await alice.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  expect(isWider).toBe(false);
});

test("on paper it is dark on white, whatever the screen is, and without what paper cannot do", async ({
  alice,
  orderId,
}) => {
  await payOnPage(alice, orderId);
  await alice.emulateMedia({ colorScheme: "dark", media: "print" });
  await expect(alice.getByRole("link", { name: "Download as PDF" })).toBeHidden();
  await expect(alice.getByText("Pay was received once and charged once.")).toBeVisible();
  const colours = await alice.getByRole("heading", { level: 1 }).evaluate((heading) => ({
    ink: getComputedStyle(heading).color,
    paper: getComputedStyle(document.body).backgroundColor,
  }));
  expect(colours).toEqual({ ink: "rgb(23, 33, 28)", paper: "rgb(255, 255, 255)" });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the receipt, its proof and its file are all there", async ({ page, orderId }) => {
    await signIn(page, "Alice");
    await page.goto(`/checkout/${orderId}`);
    await page.getByRole("button", { name: "Continue", exact: true }).click();
    await payButton(page).click();
    await expectReceipt(page);
    await expect(page.getByText("Pay was received once and charged once.")).toBeVisible();
    await expect(page.getByText("From the plain form, without JavaScript")).toBeVisible();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Download as PDF" }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^receipt-[0-9a-f-]{36}\.pdf$/);
    await page.getByRole("button", { name: "Send me this by e-mail" }).click();
    await expect(page.getByText("on its way to alice@once.test")).toBeVisible();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Paid $38.00");
  });
});
