/** The menu's form, sent as often as somebody likes: who goes back to it after paying orders once more, and not at every press. */
import { randomUUID } from "node:crypto";
import { expect, it, vi } from "vitest";
import { cancelOrder } from "@/db/orders/orders";
import { pay } from "@/db/payments/pay";
import { demoId } from "@/db/setup/seed";
import { testDatabase } from "@/db/testing/fixtures/database";
import { keyFor, newPerson } from "@/db/testing/fixtures/people";
import { createDemoOrder } from "./actions";

vi.mock("@/server/identity/authorize", () => ({ requireAction: async () => undefined }));
vi.mock("@/server/lifecycle/environment", () => ({ isDemo: () => true }));
vi.mock("next/navigation", () => ({
  redirect: (path: string) => {
    throw new Error(path);
  },
}));

const test = testDatabase();

/** Presses Order on a form that holds this id, and returns the order it leads to. */
async function press(orderId: string): Promise<string> {
  const form = new FormData();
  form.set("sku", "espresso");
  form.set("orderId", orderId);
  const path = await createDemoOrder(form).catch((error: Error) => error.message);
  const id = /^\/checkout\/([0-9a-f-]{36})$/.exec(String(path))?.[1];
  if (id === undefined) throw new Error(`It led to ${path}.`);
  return id;
}

async function payFor(orderId: string): Promise<void> {
  const payer = await newPerson(test.owner, 1_000n);
  const key = await keyFor(payer.id, { kind: "order", orderId });
  const command = { operation: "pay-order", orderId, amountMinor: "320", currency: "USD" } as const;
  expect(await pay(payer.id, key, command)).toMatchObject({ payment: { status: "succeeded" } });
}

it.each([
  ["paid", payFor],
  ["cancelled", (orderId: string) => cancelOrder(demoId("mia"), orderId)],
] as const)(
  "where its order is %s, three presses at once or one by one make one more",
  async (_what, end) => {
    const inForm = randomUUID();
    expect(await press(inForm)).toBe(inForm);
    expect(await press(inForm)).toBe(inForm);
    await end(inForm);
    const atOnce = await Promise.all([press(inForm), press(inForm), press(inForm)]);
    const next = await press(inForm);
    expect(next).not.toBe(inForm);
    expect(new Set([...atOnce, next])).toEqual(new Set([next]));

    await end(next);
    const third = await press(inForm);
    expect([inForm, next]).not.toContain(third);
    expect(await press(inForm)).toBe(third);
  },
);

it("the next order of one form is no other form's", async () => {
  const forms = [randomUUID(), randomUUID()];
  const nexts = new Set<string>();
  for (const inForm of forms) {
    await payFor(await press(inForm));
    nexts.add(await press(inForm));
  }
  expect(nexts.size).toBe(2);
});
