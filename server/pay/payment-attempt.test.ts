import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, it, vi } from "vitest";
import { POST as payOverHttp } from "@/app/api/payments/route";
import { POST as payByForm } from "@/app/checkout/[orderId]/pay/route";
import { payNow } from "@/app/pay-action";
import { flushAttempts } from "@/db/attempts/record";
import { OutcomeUnknown } from "@/db/execution/until-known";
import { revokeKey } from "@/db/idempotency/revoke";
import type { PayCommand } from "@/db/payments/command";
import { testDatabase } from "@/db/testing/fixtures/database";
import { balanceOf, keyFor, newOrder, newPerson } from "@/db/testing/fixtures/people";
import type { PaymentResponse } from "@/lib/api/payment-response";
import { executePayment, rejectInvalid } from "./payment-service.ts";

/** Who the server action finds signed in; outside Next.js there is no session to read. */
const signedIn = vi.hoisted(() => ({ id: "" }));
vi.mock("@/server/identity/authorize", () => ({
  authorizeAction: async () => ({ ok: true, viewer: signedIn }),
}));

const test = testDatabase();

afterAll(flushAttempts);

type Recorded = { channel: string; verdict: string; request_id: string | null };

/** What is on record for a key, oldest first. */
async function attemptsOf(key: string): Promise<Recorded[]> {
  await flushAttempts();
  return test.owner<Recorded[]>`
    select channel, verdict, request_id from payment_attempts where key = ${key} order by arrived_at, id`;
}

async function verdictsOf(key: string): Promise<string[]> {
  return (await attemptsOf(key)).map(({ verdict }) => verdict);
}

/** A payer with 100.00 USD, an order over `amountMinor`, and the open key to pay it with. */
async function newCheckout(amountMinor = "1000") {
  const payer = await newPerson(test.owner, 10_000n);
  const merchant = await newPerson(test.owner, 0n, "merchant");
  const { purpose, command, orderId } = await newOrder(merchant, amountMinor);
  const key = await keyFor(payer.id, purpose);
  const send = (sent: PayCommand = command, sentKey = key): Promise<PaymentResponse> =>
    executePayment({ userId: payer.id, key: sentKey, channel: "api" }, sent);
  return { payer, merchant, key, orderId, command, send };
}

describe("every payment attempt is on record", () => {
  it("pressed three times, charged once: one attempt paid, two replayed", async () => {
    const { payer, key, send } = await newCheckout();
    const answers = await Promise.all([send(), send(), send()]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(await balanceOf(test.owner, payer.accountId)).toBe(9_000n);
    expect((await verdictsOf(key)).sort()).toEqual(["paid", "replayed", "replayed"]);
  });

  it("with its channel and request id, whichever channel it comes through", async () => {
    const [alice] = await test.owner<{ id: string }[]>`select id from users where handle = 'alice'`;
    signedIn.id = alice?.id ?? "";
    const { orderId, purpose } = await newOrder(await newPerson(test.owner, 0n, "merchant"), "1000");
    const key = await keyFor(signedIn.id, purpose);
    const fields = { amountMinor: "1000", currency: "USD" };
    const as = (requestId: string) => ({
      authorization: "Bearer once_demo_alice",
      "idempotency-key": key,
      "x-request-id": requestId,
    });

    const overHttp = await payOverHttp(
      new Request("http://once.test/api/payments", {
        method: "POST",
        headers: { ...as("from-api"), "content-type": "application/json" },
        body: JSON.stringify({ orderId, ...fields }),
      }),
      { params: Promise.resolve({}) },
    );
    expect(overHttp.status).toBe(201);

    const byAction = await payNow({
      userId: signedIn.id,
      key,
      purpose: { kind: "order", orderId },
      payload: { orderId, ...fields },
    });
    expect(byAction).toMatchObject({ status: 201, replayed: true });

    const form = new URLSearchParams({ idempotency_key: key, user: signedIn.id, ...fields }).toString();
    const byForm = await payByForm(
      new Request(`http://once.test/checkout/${orderId}/pay`, {
        method: "POST",
        headers: { ...as("from-form"), "content-type": "application/x-www-form-urlencoded" },
        body: form,
      }),
      { params: Promise.resolve({ orderId }) },
    );
    expect(byForm.headers.get("location")).toBe(`/payments/${key}`);

    expect(await attemptsOf(key)).toEqual([
      { channel: "api", verdict: "paid", request_id: "from-api" },
      { channel: "action", verdict: "replayed", request_id: null },
      { channel: "form", verdict: "replayed", request_id: "from-form" },
    ]);
  });

  it("with a decline, and its replay", async () => {
    const { key, send } = await newCheckout("10001");
    expect((await send()).status).toBe(402);
    expect((await send()).status).toBe(402);
    expect(await verdictsOf(key)).toEqual(["declined", "replayed"]);
  });

  it("refused, for another order's purpose, paid, and reused", async () => {
    const { key, merchant, command, send } = await newCheckout();
    const other = await newOrder(merchant, "1000");
    await send({ ...command, amountMinor: "999" } as PayCommand);
    await send(other.command);
    await send();
    await send({ ...command, amountMinor: "999" } as PayCommand);
    expect(await verdictsOf(key)).toEqual(["refused", "mismatch", "paid", "reused"]);
  });

  it("void: a key that was revoked, and one that never was", async () => {
    const { payer, key, command, send } = await newCheckout();
    const never = randomUUID();
    await revokeKey(payer.id, key);
    await send();
    await send(command, never);
    expect([await verdictsOf(key), await verdictsOf(never)]).toEqual([["void"], ["void"]]);
  });

  it("invalid, where the request itself is wrong", async () => {
    const { payer, key } = await newCheckout();
    const answer = await rejectInvalid({ userId: payer.id, key, channel: "api" }, []);
    expect(answer.status).toBe(422);
    expect(await verdictsOf(key)).toEqual(["invalid"]);
  });

  it("unknown, where nothing is known yet; then what became of it", async () => {
    const { payer, key, send } = await newCheckout();
    await test.owner.unsafe("alter function lock_keys set lock_timeout = '10ms'");
    await test.owner.begin(async (tx) => {
      await tx`select 1 from idempotency_keys where user_id = ${payer.id} and key = ${key} for update`;
      await expect(send()).rejects.toThrow(OutcomeUnknown);
    });
    await test.owner.unsafe("alter function lock_keys reset lock_timeout");
    await send();
    expect(await verdictsOf(key)).toEqual(["unknown", "paid"]);
  });
});

it("a database that refuses the record changes no answer", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  // A flush happens when the test asks for it, or what failed would get its second try too early.
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  await test.owner.unsafe("alter function record_attempts_v1 rename to record_attempts_gone");
  const { key, payer, command, send } = await newCheckout();
  const [first, again] = [await send(), await send()];
  expect(first).toMatchObject({ status: 201, body: { id: key }, replayed: false });
  expect(again).toEqual({ ...first, replayed: true });
  expect((await send({ ...command, amountMinor: "999" } as PayCommand)).status).toBe(422);
  expect((await send(command, randomUUID())).status).toBe(410);
  expect((await rejectInvalid({ userId: payer.id, key, channel: "api" }, [])).status).toBe(422);

  expect(await verdictsOf(key)).toEqual([]);
  expect(warn).toHaveBeenCalledWith(expect.stringContaining("Recording"));
  // And once it can be written, what was kept for another try is.
  await test.owner.unsafe("alter function record_attempts_gone rename to record_attempts_v1");
  expect(await verdictsOf(key)).toEqual(["paid", "replayed", "reused", "invalid"]);
  warn.mockRestore();
  vi.useRealTimers();
});
