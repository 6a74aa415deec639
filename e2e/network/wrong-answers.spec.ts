/** Answers that are none: half of one, or a proxy's page about a server that it did not hear. To any request of a payment, before and after it is made. */
import { expectPaidOnce } from "../support/books.ts";
import { expectReceipt, payButton } from "../support/fixtures.ts";
import type { Treatment } from "./faulty-proxy.ts";
import { expectHonest } from "./payer.ts";
import { checking, expect, isPayment, test } from "./through-proxy.ts";

const WRONG: { what: string; treatment: Treatment }[] = [
  { what: "half an answer", treatment: "cut-answer" },
  { what: "502 instead of the answer", treatment: "replace-answer" },
  { what: "502, and the server never heard of it", treatment: "refuse" },
];

for (const { what, treatment } of WRONG) {
  test(`${what}, to all that a checkout asks, until its page says that it does not know: one payment`, async ({
    alice,
    wire,
    orderId,
  }) => {
    // The key first.
    let isWrong = true;
    wire.treat(({ label }) => (isWrong && /\/api\/|\(action\)/.test(label) ? treatment : "pass"));
    await alice.goto(`/checkout/${orderId}`);
    await expect(alice.getByRole("status").filter({ hasText: "cannot be prepared just now" })).toContainText(
      "may have moved",
    );
    isWrong = false;
    await alice.getByRole("button", { name: "Try again" }).click();
    await expect(payButton(alice)).toBeEnabled();
    // Then the press, and every look at what became of it.
    isWrong = true;
    await payButton(alice).click();
    await expect(checking(alice)).toContainText("may have moved");
    await expect
      .poll(() => wire.seen.some(({ label }) => label === "GET /api/idempotency-keys/{id}"))
      .toBe(true);
    await expectHonest(alice);
    await expect(alice.getByRole("alert").filter({ hasText: /./ })).toHaveCount(0);
    isWrong = false;
    await expectReceipt(alice);
    await expectPaidOnce(orderId);
  });

  test(`${what}, to the payment that is sent again: one payment`, async ({ alice, wire, orderId }) => {
    await alice.goto(`/checkout/${orderId}`);
    await expect(payButton(alice)).toBeEnabled();
    let sent = 0;
    // The action is lost on its way there, so that the page sends the payment over HTTP.
    wire.treat((seen) => {
      if (!isPayment(seen)) return "pass";
      sent += 1;
      return sent === 1 ? "refuse" : sent === 2 ? treatment : "pass";
    });
    await payButton(alice).click();
    await expectReceipt(alice);
    await expectPaidOnce(orderId);
    expect(wire.seen.filter(isPayment)[1]?.label).toBe("POST /api/payments");
  });

  test(`${what}, to the page of the receipt: one payment, and the receipt when it is loaded`, async ({
    alice,
    wire,
    orderId,
  }) => {
    await alice.goto(`/checkout/${orderId}`);
    await expect(payButton(alice)).toBeEnabled();
    // Where its script gets something, it says that it cannot show it; else the browser loads the page, in vain as well.
    const isHalf = treatment === "cut-answer";
    let left = isHalf ? 1 : 2;
    wire.treat(({ label }) => (label.startsWith("GET /payments/{id}") && left-- > 0 ? treatment : "pass"));
    await payButton(alice).click();
    await expect.poll(() => left).toBeLessThanOrEqual(0);
    if (isHalf) {
      await expect(alice.getByRole("alert").first()).toContainText("made once or not at all");
      await alice.getByRole("button", { name: "Try again" }).click();
    } else {
      await expect(alice.getByRole("heading", { name: "502 Bad Gateway" })).toBeVisible();
      await alice.reload();
    }
    await expectReceipt(alice);
    await expectPaidOnce(orderId);
  });
}

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  for (const { what, treatment } of WRONG)
    test(`${what}, to a form: loaded again, one payment`, async ({ alice, wire, orderId }) => {
      await alice.goto(`/checkout/${orderId}`);
      await alice.getByRole("button", { name: "Continue", exact: true }).click();
      await expect(payButton(alice)).toBeVisible();
      const form = alice.url();
      wire.treat((seen) => (isPayment(seen) ? treatment : "pass"));
      await payButton(alice).click({ noWaitAfter: true });
      await expect.poll(() => wire.faults()).toBeGreaterThan(0);
      wire.treat(() => "pass");
      // A person who does not load a page again that asks whether to send a form twice goes back to the form.
      await expect(async () => {
        await alice.goto(form);
      }).toPass();
      await expectHonest(alice);
      if (treatment === "refuse") await payButton(alice).click();
      await expectReceipt(alice);
      await expectPaidOnce(orderId);
    });
});
