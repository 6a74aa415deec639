/**
 * Answers that are lost between the server and the browser. Engines differ in what they do about a connection that closes: Chromium
 * and Firefox send a POST again by themselves, on a connection that they had used; WebKitGTK never does.
 */
import { expectPaidOnce, paymentsOf } from "../../support/books.ts";
import type { Fault } from "../line.ts";
import { CORE, expect, expectReceiptOfOnePayment, openCheckout, PAY, test } from "../story.ts";

const LOOK_UPS = /^\/api\/idempotency-keys\//;

const LOST: { fault: Fault; what: string; connection?: "fresh" | "reused"; isCore: boolean }[] = [
  { fault: "closed", what: "a fresh connection that closes", connection: "fresh", isCore: true },
  { fault: "closed", what: "a kept connection that closes", connection: "reused", isCore: true },
  { fault: "reset", what: "a fresh connection that is reset", connection: "fresh", isCore: true },
  { fault: "reset", what: "a kept connection that is reset", connection: "reused", isCore: true },
  { fault: "bad-gateway", what: "a proxy that says 502", isCore: true },
  { fault: "halved", what: "a connection that closes in the middle", isCore: false },
];

for (const { fault, what, connection, isCore } of LOST) {
  test(
    `an answer lost by ${what} is checked, never called failed, and is one payment`,
    isCore ? CORE : {},
    async ({ alice, orderId, line }) => {
      await openCheckout(alice, orderId);
      if (connection === "fresh") line.endConnections();
      // The connection that was used last is the one to be used next.
      else await alice.evaluate("fetch('/api/health/live').then((answer) => answer.text())");
      line.break(fault);
      line.hold(LOOK_UPS);
      await alice.press(PAY);
      await alice.expectWords("We are checking your payment");
      expect(await alice.words()).not.toMatch(/no money has moved/i);
      // WebKitGTK never sends a POST over a connection that it has used.
      const came = test.info().project.name === "webkitgtk" ? "fresh" : connection;
      if (connection !== undefined) expect(line.arrivals()[0]?.connection).toBe(came);
      await expectPaidOnce(orderId);
      line.mend();
      await expectReceiptOfOnePayment(alice, orderId);
    },
  );
}

test("the first answer lost, the second one arrives: one payment", async ({ alice, orderId, line }) => {
  await openCheckout(alice, orderId);
  line.break("closed", 1);
  await alice.press(PAY);
  await expectReceiptOfOnePayment(alice, orderId);
});

test("an answer that never comes is asked about after a while, and is one payment", async ({
  alice,
  orderId,
  line,
}) => {
  await openCheckout(alice, orderId);
  line.break("held", 1);
  await alice.press(PAY);
  await expectReceiptOfOnePayment(alice, orderId);
});

test(
  "a press while nothing reaches the server is checked, moves nothing until it arrives, and then pays once",
  CORE,
  async ({ alice, orderId, line }) => {
    await openCheckout(alice, orderId);
    line.cut();
    await alice.press(PAY);
    await alice.expectWords("We are checking your payment");
    expect(await alice.words()).not.toMatch(/no money has moved/i);
    expect(await paymentsOf(orderId)).toEqual([]);
    line.mend();
    await expectReceiptOfOnePayment(alice, orderId);
  },
);

test("a key that is long on its way opens Pay when it comes", async ({ alice, orderId, line }) => {
  line.hold(/^\/api\/idempotency-keys$/);
  await alice.open(`/checkout/${orderId}`);
  await alice.expectWords("Preparing your payment");
  line.mend();
  await alice.press(PAY);
  await expectReceiptOfOnePayment(alice, orderId);
});
