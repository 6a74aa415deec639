/**
 * A connection that closes without an answer, whichever one it is: new, opened in advance, used before. Chromium sends a POST
 * again by itself on some of them; how often is written down, because another version may do otherwise.
 */
import type { Page } from "@playwright/test";
import { expectPaidOnce } from "../support/books.ts";
import { expectReceipt, openCheckout, payButton } from "../support/fixtures.ts";
import type { FaultyProxy, Treatment } from "./faulty-proxy.ts";
import { expectHonest } from "./payer.ts";
import { expect, isPayment, test } from "./through-proxy.ts";

/** A connection is made within one of a few on a loopback, or it is not in this browser. */
const MAX_ATTEMPTS = 40;

/** Connections as they are when Pay is pressed. */
const CONNECTIONS: {
  what: string;
  prepare: (page: Page, wire: FaultyProxy) => Promise<void>;
  places: number[];
}[] = [
  {
    what: "a new connection",
    places: [0],
    prepare: async (_page, wire) => {
      await expect.poll(() => wire.closeIdle()).toBe(0);
    },
  },
  {
    what: "a connection that was opened in advance",
    places: [0],
    prepare: async (page, wire) => {
      await expect.poll(() => wire.closeIdle()).toBe(0);
      // A request that is given up while its connection is being made leaves one that was never used.
      for (let attempt = 0; attempt < MAX_ATTEMPTS && wire.unused() === 0; attempt += 1) {
        await page.evaluate(async () => {
          const givenUp = new AbortController();
          for (let count = 0; count < 4; count += 1)
            fetch("/icon.svg", { cache: "no-store", signal: givenUp.signal }).catch(() => {});
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
          givenUp.abort();
        });
        await expect.poll(() => wire.closeUsed(), { intervals: [50] }).toBe(0);
      }
      test.skip(wire.unused() === 0, "This browser leaves no connection behind that was never used.");
    },
  },
  { what: "a connection that was used before", places: [], prepare: async () => {} },
];

const CLOSINGS: { how: string; treatment: Treatment }[] = [
  { how: "closes before the server has the request", treatment: "lose-request" },
  { how: "closes without an answer", treatment: "lose-answer" },
  { how: "is reset without an answer", treatment: "reset-answer" },
];

for (const { what, prepare, places } of CONNECTIONS)
  for (const { how, treatment } of CLOSINGS)
    test(`${what} that ${how}: one payment`, async ({ alice, wire, orderId }) => {
      await openCheckout(alice, orderId);
      await alice.waitForLoadState("networkidle");
      await prepare(alice, wire);
      const from = wire.seen.length;
      let isFirst = true;
      wire.treat((seen) => {
        if (!isPayment(seen) || !isFirst) return "pass";
        isFirst = false;
        return treatment;
      });
      await payButton(alice).click();
      await expectReceipt(alice);
      await expectPaidOnce(orderId);
      const sent = wire.seen.slice(from).filter(isPayment);
      test.info().annotations.push({ type: "sent", description: `${sent.length} times` });
      if (places.length > 0) expect(places).toContain(sent[0]?.place);
      else expect(sent[0]?.place).toBeGreaterThan(0);
    });

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  for (const { how, treatment } of CLOSINGS)
    test(`a form whose connection ${how}, each time that the browser tries: loaded again, one payment`, async ({
      alice,
      wire,
      orderId,
    }) => {
      await alice.goto(`/checkout/${orderId}`);
      await alice.getByRole("button", { name: "Continue", exact: true }).click();
      await expect(payButton(alice)).toBeVisible();
      const from = wire.seen.length;
      wire.treat((seen) => (isPayment(seen) ? treatment : "pass"));
      await payButton(alice).click({ noWaitAfter: true });
      await expect(alice.locator("body.neterror")).toBeAttached();
      const sent = wire.seen.slice(from).filter(isPayment);
      test.info().annotations.push({ type: "sent", description: `${sent.length} times` });
      wire.treat(() => "pass");
      await alice.reload();
      await expectReceipt(alice);
      await expectHonest(alice);
      await expectPaidOnce(orderId);
    });
});
