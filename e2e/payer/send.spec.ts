/** Sending money: one intent in the address, one payment, and a question before what looks like the same again. */
import { randomUUID } from "node:crypto";
import type { Page, Request } from "@playwright/test";
import { continueButton, payPlainly } from "../support/blocked.ts";
import { books, expectTransferOnce, transfersOf, userIdOf } from "../support/books.ts";
import {
  dropAnswers,
  expect,
  expectAtWork,
  expectReceipt,
  isPayment,
  payButton,
  signIn,
  test,
} from "../support/fixtures.ts";

/** An amount that nobody has sent lately: each test's own, so that none looks like another's. */
let cents = Number(BigInt(`0x${randomUUID().slice(0, 6)}`) % 40_000n);
function newAmount(): { typed: string; shown: string; minor: string } {
  cents += 1;
  const typed = `${100 + Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
  return { typed, shown: `$${typed}`, minor: typed.replace(".", "") };
}

async function fillIn(page: Page, amount: string, payee = "bob", note?: string): Promise<string> {
  await page.getByLabel("To whom").fill(payee);
  await page.getByRole("textbox", { name: "Amount" }).fill(amount);
  await page.getByLabel("Currency").selectOption("USD");
  if (note !== undefined) await page.getByLabel("Note").fill(note);
  await page.getByRole("button", { name: "Review" }).click();
  return intentOf(page);
}

function intentOf(page: Page): string {
  return /\/send\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? "";
}

/** Opens a transfer of Alice's to Bob at its review, ready to be paid. */
async function openReview(page: Page, amount: string): Promise<string> {
  await page.goto("/send");
  await fillIn(page, amount);
  await expect(page).toHaveURL(/\/review\?/);
  await expectAtWork(page);
  return intentOf(page);
}

test("the review names everything before it is paid, and the money arrives once", async ({ alice }) => {
  const amount = newAmount();
  await alice.goto("/send");
  const intentId = await fillIn(alice, amount.typed, "@Bob", "For the tickets");
  await expect(alice.getByRole("heading", { level: 1 })).toHaveText("Send money to Bob");
  const review = alice.getByRole("main");
  for (const named of [
    "Bob (@bob)",
    "Your USD account",
    "For the tickets",
    "Balance afterwards",
    amount.shown,
  ])
    await expect(review).toContainText(named);
  await expect(payButton(alice)).toHaveText(`Pay ${amount.shown}`);
  await payButton(alice).dblclick();
  await expectReceipt(alice, amount.shown);
  await expect(alice.getByRole("main")).toContainText("For the tickets");
  const payment = await expectTransferOnce(intentId);
  expect(payment.amount_minor).toBe(amount.minor);
});

test("a reload while the transfer is under way leads to its receipt", async ({ alice }) => {
  const amount = newAmount();
  const intentId = await openReview(alice, amount.typed);
  let held: (() => void) | undefined;
  const isHeld = new Promise<void>((resolve) => {
    held = resolve;
  });
  await alice.route("**/*", async (route) => {
    const isAction = isPayment(route) && (route.request().postData() ?? "").includes("amountMinor");
    if (!isAction || !(route.request().postData() ?? "").includes('"key"')) return route.fallback();
    await route.fetch();
    held?.();
  });
  await payButton(alice).click();
  await isHeld;
  await alice.unrouteAll({ behavior: "ignoreErrors" });
  await alice.reload();
  await expectReceipt(alice, amount.shown);
  await expectTransferOnce(intentId);
});

test("an answer that is lost is checked, and ends in one transfer", async ({ alice }) => {
  const amount = newAmount();
  const intentId = await openReview(alice, amount.typed);
  await dropAnswers(alice, 3);
  await payButton(alice).click();
  await expectReceipt(alice, amount.shown);
  await expectTransferOnce(intentId);
});

test("the same address in two tabs is one transfer, and afterwards its receipt", async ({ alice }) => {
  const amount = newAmount();
  const intentId = await openReview(alice, amount.typed);
  const second = await alice.context().newPage();
  await second.goto(alice.url());
  await expectAtWork(second);
  await Promise.all([payButton(alice).click(), payButton(second).click()]);
  await Promise.all([expectReceipt(alice, amount.shown), expectReceipt(second, amount.shown)]);
  await expectTransferOnce(intentId);
  await second.goto(`/send/${intentId}`);
  await expectReceipt(second, amount.shown);
});

test("what looks like a payment of minutes ago is asked about first, and sent only if it is wanted", async ({
  alice,
}) => {
  const amount = newAmount();
  await openReview(alice, amount.typed);
  await payButton(alice).click();
  await expectReceipt(alice, amount.shown);
  const receipt = alice.url();

  await alice.goto("/send");
  const again = await fillIn(alice, amount.typed);
  const question = alice.getByRole("alert").filter({ hasText: "Send another?" });
  await expect(question).toContainText(`You sent Bob ${amount.shown}`);
  await expect(payButton(alice)).toHaveCount(0);
  await expect(continueButton(alice)).toHaveCount(0);
  await question.getByRole("link", { name: "No, show the receipt" }).click();
  await expect(alice).toHaveURL(receipt);
  expect(await transfersOf(again)).toEqual([]);

  await alice.goBack();
  await alice.getByRole("link", { name: "Yes, send another" }).click();
  await payButton(alice).click();
  await expectReceipt(alice, amount.shown);
  expect(alice.url()).not.toBe(receipt);
  await expectTransferOnce(again);
});

test("a review that was open when the same was sent elsewhere asks when it is pressed", async ({ alice }) => {
  const amount = newAmount();
  const late = await openReview(alice, amount.typed);
  const second = await alice.context().newPage();
  await openReview(second, amount.typed);
  await payButton(second).click();
  await expectReceipt(second, amount.shown);
  await payButton(alice).click();
  await expect(alice.getByRole("alert").filter({ hasText: "Send another?" })).toBeVisible();
  expect(await transfersOf(late)).toEqual([]);
});

test("a press whose question nobody answers is not sent, and is asked about once there is an answer", async ({
  alice,
}) => {
  const amount = newAmount();
  const late = await openReview(alice, amount.typed);
  const second = await alice.context().newPage();
  await openReview(second, amount.typed);
  // The question is the first that a press asks the server; here nothing comes back.
  const isAction = (request: Request) => "next-action" in request.headers();
  await alice.route(`**/send/${late}/**`, (route) =>
    isAction(route.request()) ? route.abort() : route.fallback(),
  );
  await payButton(alice).click();
  await expect(alice.getByRole("status").filter({ hasText: "This press was not sent" })).toBeVisible();
  expect(await transfersOf(late)).toEqual([]);
  await payButton(second).click();
  await expectReceipt(second, amount.shown);
  // Still nobody answers: it is as it was.
  await payButton(alice).click();
  await expect(alice.getByRole("status").filter({ hasText: "This press was not sent" })).toBeVisible();
  await alice.unrouteAll();
  await payButton(alice).click();
  await expect(alice.getByRole("alert").filter({ hasText: "Send another?" })).toBeVisible();
  expect(await transfersOf(late)).toEqual([]);
});

test("while another payment has no answer, one more is asked about first, and can be sent all the same", async ({
  alice,
}) => {
  const amount = newAmount();
  const first = await openReview(alice, amount.typed);
  const review = alice.url();
  // As after a press whose answer nobody had.
  await books()`
    insert into payment_attempts (user_id, key, id, channel, verdict, arrived_at)
    select user_id, key, ${randomUUID()}, 'action', 'unknown', now() from idempotency_keys
     where kind = 'transfer' and purpose_id = ${first}`;

  await alice.goto("/send");
  const again = await fillIn(alice, amount.typed);
  const question = alice.getByRole("alert").filter({ hasText: "Another payment of yours has no answer yet" });
  await expect(question.getByRole("link", { name: "Back to the form" })).toHaveAttribute(
    "href",
    `/send/${first}`,
  );
  await expect(question.getByRole("link", { name: "Where is my money?" })).toBeVisible();
  await expect(payButton(alice)).toHaveCount(0);
  await expect(continueButton(alice)).toHaveCount(0);
  await question.getByRole("link", { name: "Send this one all the same" }).click();
  await payButton(alice).click();
  await expectReceipt(alice, amount.shown);
  await expectTransferOnce(again);

  // Nothing in doubt is left to those who come after: it is paid after all, once that was asked, too.
  await alice.goto(review);
  await alice.getByRole("link", { name: "Yes, send another" }).click();
  await payButton(alice).click();
  await expectReceipt(alice, amount.shown);
  await expectTransferOnce(first);
});

test("a changed amount revokes the press of before: what was asked for first is never carried out", async ({
  alice,
}) => {
  const [first, changed] = [newAmount(), newAmount()];
  const intentId = await openReview(alice, first.typed);
  // The press is lost on its way: nobody knows whether it will still arrive.
  let lost: { url: string; body: string; key: string } | undefined;
  await alice.route("**/*", async (route) => {
    const body = route.request().postData() ?? "";
    if (!isPayment(route) || !/"key"|payee/.test(body)) return route.fallback();
    if (route.request().url().endsWith("/api/payments")) {
      const key = (await route.request().allHeaders())["idempotency-key"] ?? "";
      lost ??= { url: route.request().url(), body, key };
      return route.abort();
    }
    return body.includes('"key"') ? route.abort() : route.fallback();
  });
  await payButton(alice).click();
  await expect(alice.getByRole("status").filter({ hasText: "checking" })).toBeVisible();
  await expect.poll(() => lost !== undefined).toBe(true);
  await alice.getByRole("link", { name: "Change" }).click();
  await alice.unrouteAll({ behavior: "ignoreErrors" });
  await expect(alice.getByRole("textbox", { name: "Amount" })).toHaveValue(first.typed);
  await alice.getByRole("textbox", { name: "Amount" }).fill(changed.typed);
  await alice.getByRole("button", { name: "Review" }).click();
  await expect(payButton(alice)).toHaveText(`Pay ${changed.shown}`);
  await expect(payButton(alice)).toBeEnabled();
  await expect(alice.getByRole("status").filter({ hasText: "never will be" })).toBeVisible();
  // The lost press arrives after all.
  const answer = await alice.request.post(lost?.url ?? "", {
    data: JSON.parse(lost?.body ?? "{}"),
    headers: {
      "idempotency-key": lost?.key ?? "",
      "x-once-user": await userIdOf("alice"),
      origin: new URL(alice.url()).origin,
    },
  });
  expect([answer.status(), (await answer.json()).type]).toEqual([410, "/problems/idempotency-key-void"]);
  await payButton(alice).click();
  await expectReceipt(alice, changed.shown);
  expect((await expectTransferOnce(intentId)).amount_minor).toBe(changed.minor);
});

test("what is wrong is said beside its field, and what was typed stays", async ({ alice }) => {
  await alice.goto("/send");
  await fillIn(alice, "12.345", "");
  const summary = alice.getByRole("alert").filter({ hasText: "Please check 2 entries" });
  await expect(summary).toBeFocused();
  await expect(summary).toContainText("Please say who gets the money.");
  for (const [payee, says] of [
    ["nobody-here", "Nobody here has this handle"],
    ["alice", "This is yourself"],
  ] as const) {
    await fillIn(alice, "12.34", payee, "Lunch");
    await expect(alice.getByRole("alert").filter({ hasText: says })).toBeFocused();
    await expect(alice.getByLabel("To whom")).toHaveValue(payee);
    await expect(alice.getByRole("textbox", { name: "Amount" })).toHaveValue("12.34");
    await expect(alice.getByLabel("Note")).toHaveValue("Lunch");
  }
  await fillIn(alice, "99999999999", "bob");
  await expect(alice.getByRole("alert").filter({ hasText: "holds less than this amount" })).toBeVisible();
});

test("what is wrong with an amount in one currency is taken back where another is chosen", async ({
  alice,
}) => {
  await alice.goto("/send");
  await alice.getByLabel("To whom").fill("bob");
  await alice.getByRole("textbox", { name: "Amount" }).fill("12.34");
  await alice.getByLabel("Currency").selectOption("JPY");
  await alice.getByRole("button", { name: "Review" }).click();
  const summary = alice.getByRole("alert").filter({ hasText: "more decimals" });
  await expect(summary).toBeVisible();
  await alice.getByLabel("Currency").selectOption("USD");
  await expect(summary).toHaveCount(0);
  await expect(alice.getByRole("textbox", { name: "Amount" })).not.toHaveAttribute("aria-invalid", "true");
});

test("whoever is signed out comes back to the review with everything, and pays once", async ({ alice }) => {
  const amount = newAmount();
  const intentId = await openReview(alice, amount.typed);
  await alice.context().clearCookies();
  await payButton(alice).click();
  await alice.getByRole("main").getByRole("link", { name: "Sign in" }).click();
  // It goes on from there at once, where the press is carried out.
  const back = alice.waitForURL(new RegExp(`/send/${intentId}/review\\?`), { waitUntil: "commit" });
  await alice.getByRole("button", { name: "Continue as Alice" }).click();
  await back;
  // The press of before is known in this tab, and is carried out or asked about: never lost, never twice.
  await expectReceipt(alice, amount.shown);
  await expectTransferOnce(intentId);
});

test("somebody else's transfer is theirs: the same address is a transfer of one's own", async ({
  alice,
  browser,
}) => {
  const amount = newAmount();
  const intentId = await openReview(alice, amount.typed);
  await payButton(alice).click();
  await expectReceipt(alice, amount.shown);
  const bob = await (await browser.newContext()).newPage();
  await signIn(bob, "Bob");
  await bob.goto(`/send/${intentId}`);
  await expect(bob.getByRole("heading", { level: 1 })).toHaveText("Send money");
  await expect(bob.getByRole("main")).not.toContainText(amount.shown);
  await bob.context().close();
});

test("whom one has paid before is offered", async ({ alice }) => {
  await openReview(alice, newAmount().typed);
  await payButton(alice).click();
  await expectReceipt(alice, "$");
  await alice.goto("/send");
  await alice.getByRole("textbox", { name: "Amount" }).fill("1");
  await alice.getByRole("link", { name: "@bob" }).click();
  await expect(alice.getByLabel("To whom")).toHaveValue("bob");
  await expect(alice.getByRole("textbox", { name: "Amount" })).toHaveValue("1");
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("money is sent once, and the question is asked too", async ({ page }) => {
    const amount = newAmount();
    await signIn(page, "Alice");
    await page.goto("/send");
    const intentId = await fillIn(page, amount.typed, "bob", "Plainly");
    await expect(page.getByRole("main")).toContainText("Bob (@bob)");
    await payPlainly(page, amount.shown);
    await expectTransferOnce(intentId);

    await page.goto("/send");
    const again = await fillIn(page, amount.typed);
    await expect(page.getByRole("alert").filter({ hasText: "Send another?" })).toBeVisible();
    await expect(continueButton(page)).toHaveCount(0);
    await page.getByRole("link", { name: "Yes, send another" }).click();
    await payPlainly(page, amount.shown);
    await expectTransferOnce(again);
  });

  test("the form posted twice at once is one transfer", async ({ page, baseURL }) => {
    const amount = newAmount();
    await signIn(page, "Alice");
    await page.goto("/send");
    const intentId = await fillIn(page, amount.typed);
    await continueButton(page).click();
    await expect(payButton(page)).toBeVisible();
    const inputs = page.locator("form[action$='/pay'] input[type=hidden]");
    const pairs = await inputs.evaluateAll((all) =>
      all.map((input) => [input.getAttribute("name") ?? "", input.getAttribute("value") ?? ""] as const),
    );
    const post = () =>
      page.request.post(`/send/${intentId}/pay`, {
        form: Object.fromEntries(pairs),
        headers: { origin: baseURL ?? "" },
        maxRedirects: 0,
      });
    const answers = await Promise.all([post(), post()]);
    const payment = await expectTransferOnce(intentId);
    for (const answer of answers)
      expect([answer.status(), answer.headers().location]).toEqual([303, `/payments/${payment.id}`]);
  });

  test("what is wrong is said, and what was typed stays", async ({ page }) => {
    await signIn(page, "Alice");
    await page.goto("/send");
    await fillIn(page, "1,2,3", "nobody-here", "Lunch");
    await expect(page.getByRole("alert").filter({ hasText: "Please check" })).toBeVisible();
    await expect(page.getByLabel("To whom")).toHaveValue("nobody-here");
    await expect(page.getByRole("textbox", { name: "Amount" })).toHaveValue("1,2,3");
  });

  test("a lookalike that was paid after Continue is asked about at Pay", async ({ page, baseURL }) => {
    const amount = newAmount();
    await signIn(page, "Alice");
    await page.goto("/send");
    const late = await fillIn(page, amount.typed);
    await continueButton(page).click();
    await expect(payButton(page)).toBeVisible();
    const other = await page.context().newPage();
    await other.goto(`${baseURL}/send`);
    await fillIn(other, amount.typed);
    await payPlainly(other, amount.shown);
    await payButton(page).click();
    await expect(page.getByRole("alert").filter({ hasText: "Send another?" })).toBeVisible();
    expect(await transfersOf(late)).toEqual([]);
  });
});

test.describe("in German", () => {
  test.use({ locale: "de-DE" });

  test("an amount is read as it is written there", async ({ page }) => {
    await page.goto("/sign-in");
    await page.getByRole("button", { name: /Alice/ }).click();
    await page.waitForURL("/");
    await page.goto("/send");
    await page.getByLabel("Empfänger").fill("bob");
    await page.getByRole("textbox", { name: "Betrag" }).fill("1.234,56");
    await page.getByLabel("Währung").selectOption("USD");
    await page.getByRole("button", { name: "Prüfen" }).click();
    await expect(page).toHaveURL(/amountMinor=123456/);
    await expect(page.getByRole("button", { name: /bezahlen$/ })).toHaveText(/1\.234,56\s\$ bezahlen/);
    expect((await books()`select 1 from payments where amount_minor = 123456`).length).toBe(0);
  });
});
