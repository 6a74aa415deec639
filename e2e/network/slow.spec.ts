/** A network that is slow, and a server that never answers. */
import { expectPaidOnce, paymentsOf } from "../support/books.ts";
import { expectReceipt, openCheckout, payButton } from "../support/fixtures.ts";
import { expectHonest } from "./payer.ts";
import { checking, expect, isPayment, test } from "./through-proxy.ts";

/** As Chromium's own "Slow 3G": 400 kbit/s each way, two seconds for each exchange. */
const SLOW_3G = { offline: false, latency: 2_000, downloadThroughput: 50_000, uploadThroughput: 50_000 };

test("on slow 3G, where the key does not come at first, Try again leads on, and Pay pays once", async ({
  alice,
  wire,
  orderId,
}) => {
  const devtools = await alice.context().newCDPSession(alice);
  await devtools.send("Network.emulateNetworkConditions", SLOW_3G);
  wire.treat(({ label }) => (label === "POST /api/idempotency-keys" ? "replace-answer" : "pass"));
  await alice.goto(`/checkout/${orderId}`);
  await expect(alice.getByRole("status").filter({ hasText: "cannot be prepared just now" })).toContainText(
    "may have moved",
  );
  wire.treat(() => "pass");
  await alice.getByRole("button", { name: "Try again" }).click();
  await expect(payButton(alice)).toBeEnabled();
  await payButton(alice).click();
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
});

for (const [what, treatment, hasBeenPaid] of [
  ["is never carried out", "hold-request", false],
  ["is carried out", "hold-answer", true],
] as const)
  test(`an action that hangs, and ${what}: the page stops waiting, checks over HTTP, and shows the receipt`, async ({
    alice,
    wire,
    orderId,
  }) => {
    await openCheckout(alice, orderId);
    const key = await alice.evaluate(() => JSON.parse(Object.values({ ...sessionStorage })[0] ?? "{}").key);
    let isBlocked = true;
    // Whatever else is asked of this server hangs, too, until the page has said what it knows.
    wire.treat(({ label }) => {
      if (label.endsWith("(action)")) return treatment;
      return isBlocked && label.includes("/api/") ? "refuse" : "pass";
    });
    await payButton(alice).click();
    await expect(checking(alice)).toContainText("may have moved");
    await expectHonest(alice);
    expect(await paymentsOf(orderId)).toHaveLength(hasBeenPaid ? 1 : 0);
    isBlocked = false;
    await expectReceipt(alice);
    expect((await expectPaidOnce(orderId)).id).toBe(key);
    expect(wire.seen.filter(isPayment).map(({ label }) => label)).toEqual(
      hasBeenPaid ? ["POST /checkout/{id} (action)"] : ["POST /checkout/{id} (action)", "POST /api/payments"],
    );
  });
