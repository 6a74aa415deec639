/** The browser's side of the HTTP API, with a server that answers as each test says. */
import { afterEach, expect, it, vi } from "vitest";
import type { Payment } from "@/lib/api/payment";
import { fetchKeyState, issueKey } from "./key-api";

const USER = "6f1f1f6e-0f2b-4c55-9a0e-3d0f9f8f2a10";
const ORDER = "6f1f1f6e-0f2b-4c55-9a0e-3d0f9f8f2a11";
const KEY = "019ab3c2-40d5-7dbd-bc93-6894a57f9324";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** A server that never answers; a request to it ends when its signal says so. */
function silentFetch() {
  return vi.fn(
    (_path: string, { signal }: { signal: AbortSignal }) =>
      new Promise<Response>((_resolve, reject) => {
        const end = () => reject(new DOMException("aborted", "AbortError"));
        if (signal.aborted) end();
        signal.addEventListener("abort", end);
      }),
  );
}

it.each([
  ["the caller moves on", (moved: AbortController) => moved.abort()],
  ["the deadline has passed", () => vi.advanceTimersByTime(10_000)],
])("a look-up ends when %s", async (_when, happen) => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", silentFetch());
  const moved = new AbortController();
  const lookup = fetchKeyState(USER, KEY, moved.signal);
  happen(moved);
  expect(await lookup).toEqual({ kind: "unreadable", retryAfterSeconds: undefined });
  expect(vi.getTimerCount()).toBe(0);
});

it("a look-up for somebody who has moved on already ends at once", async () => {
  vi.stubGlobal("fetch", silentFetch());
  expect(await fetchKeyState(USER, KEY, AbortSignal.abort())).toEqual({
    kind: "unreadable",
    retryAfterSeconds: undefined,
  });
});

it("only a payment of this order that was made is taken for its receipt", async () => {
  const answer = (change: Partial<Payment>) => {
    const payment = {
      id: KEY,
      kind: "order",
      status: "succeeded",
      amountMinor: "3800",
      currency: "USD",
      payerAccountId: "payer",
      payeeAccountId: "payee",
      orderId: ORDER,
      settledAt: "2026-05-28T20:26:40.000Z",
      ...change,
    } satisfies Payment;
    vi.stubGlobal("fetch", async () => Response.json({ state: "settled", payment }));
    return issueKey(USER, { kind: "order", orderId: ORDER });
  };
  expect(await answer({})).toMatchObject({ kind: "settled", payment: { id: KEY } });
  await expect(answer({ orderId: USER })).rejects.toThrow("No key was issued");
  await expect(answer({ status: "declined" })).rejects.toThrow("No key was issued");
});
