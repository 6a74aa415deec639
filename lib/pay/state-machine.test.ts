import { describe, expect, it } from "vitest";
import { DECLINE_CODES, type DeclineCode, type Payment } from "../api/payment.ts";
import { PROBLEMS, type ProblemName, problem } from "../api/problems.ts";
import { eventForKeyState, pollDelayMs, pollTimeoutMs, RESEND_WINDOW_MS } from "./checking.ts";
import { readKeyState, readPaymentResponse } from "./read-response.ts";
import type { PayEvent, PayState, Press } from "./state.ts";
import { awaitsPayer, mayPayAgain, needsKey, nextState, pressableKey, START } from "./state-machine.ts";

const KEY = "019ab3c2-40d5-7dbd-bc93-6894a57f9324";
const OTHER_KEY = "019ab3c2-40d6-7000-8000-000000000001";
const ORDER = "6f1f1f6e-0f2b-4c55-9a0e-3d0f9f8f2a11";
const NOW = 1_780_000_000_000;

const press: Press = {
  key: KEY,
  payload: { orderId: ORDER, amountMinor: "3800", currency: "USD" },
  pressedAtMs: NOW,
};

function paymentOf(status: Payment["status"], declineCode?: DeclineCode, id: string = KEY): Payment {
  return {
    id,
    kind: "order",
    status,
    ...(declineCode === undefined ? {} : { declineCode }),
    amountMinor: "3800",
    currency: "USD",
    payerAccountId: "payer",
    payeeAccountId: "payee",
    orderId: ORDER,
    settledAt: "2026-05-28T20:26:40.000Z",
  };
}

const paid = paymentOf("succeeded");
const declinedForFunds = paymentOf("declined", "insufficient_funds");
const declinedForEver = paymentOf("declined", "order_cancelled");

/** One example of every state, and of every variant that behaves differently. */
const states = {
  opening: START,
  ready: { name: "ready", key: KEY, notice: { kind: "none" } },
  paying: { name: "paying", press },
  polling: { name: "checking", press, stage: "polling" },
  asking: { name: "checking", press, stage: "asking" },
  unreachable: { name: "checking", press, stage: "unreachable" },
  revoking: { name: "checking", press, stage: "revoking" },
  paid: { name: "paid", payment: paid },
  declinedFetching: { name: "declined", payment: declinedForFunds, next: { step: "fetching" } },
  declinedFailed: { name: "declined", payment: declinedForFunds, next: { step: "failed" } },
  declinedHeld: { name: "declined", payment: declinedForFunds, next: { step: "held", key: OTHER_KEY } },
  declinedForEver: { name: "declined", payment: declinedForEver, next: { step: "never" } },
  unavailable: { name: "unavailable", openingReason: "start" },
  signedOut: { name: "signed-out", press: undefined, openingReason: "start" },
  signedOutPressed: { name: "signed-out", press, openingReason: "start" },
  later: { name: "later", press: undefined, openingReason: "start", retryAtMs: NOW },
  laterPressed: { name: "later", press, openingReason: "start", retryAtMs: NOW },
} satisfies Record<string, PayState>;

type StateName = keyof typeof states;
const stateNames = Object.keys(states) as StateName[];

/** Checks where `event` leads from the states named, and that it changes nothing in any other. */
function expectTransitions(event: PayEvent, leads: Partial<Record<StateName, PayState>>): void {
  for (const name of stateNames) {
    expect(nextState(states[name], event), `${event.type} in ${name}`).toEqual(leads[name] ?? states[name]);
  }
}

/** All of these lead to `state`. */
function to(state: PayState, ...names: StateName[]): Partial<Record<StateName, PayState>> {
  return Object.fromEntries(names.map((name) => [name, state]));
}

const DECLINED: StateName[] = ["declinedFetching", "declinedFailed", "declinedHeld", "declinedForEver"];
const polling = states.polling;
const readyAfterRefusal: PayState = {
  name: "ready",
  key: KEY,
  notice: { kind: "refused", reason: "amount-mismatch" },
};

describe("opening the form", () => {
  it("leads a stored press straight into checking", () => {
    expectTransitions({ type: "press-found", press }, { opening: polling });
  });

  it("shows a press that the plain form is sending as the press that it is", () => {
    expectTransitions({ type: "press-under-way", press }, to(states.paying, "opening", "ready"));
  });

  it("revokes a stored press for something else than the page shows, before anything else can be paid", () => {
    expectTransitions({ type: "other-press-found", press }, { opening: states.revoking });
  });

  it("is ready when a key is issued, and a declined payment gets its next key without losing the decline", () => {
    const held: PayState = { ...states.declinedFetching, next: { step: "held", key: KEY } };
    expectTransitions(
      { type: "issued", key: KEY, earlierPress: "none" },
      { opening: states.ready, declinedFetching: held, declinedFailed: held, declinedHeld: held },
    );
  });

  it("says that a payment may be under way where storage could not tell", () => {
    expect(nextState(START, { type: "issued", key: KEY, earlierPress: "possible" })).toEqual({
      name: "ready",
      key: KEY,
      notice: { kind: "maybe-under-way" },
    });
  });

  it.each(["void", "cancelled"] as const)(
    "keeps telling that the last key is %s once the new one is there",
    (openingReason) => {
      expect(
        nextState(
          { name: "opening", openingReason },
          { type: "issued", key: OTHER_KEY, earlierPress: "none" },
        ),
      ).toEqual({ name: "ready", key: OTHER_KEY, notice: { kind: openingReason } });
    },
  );

  it("shows the receipt when the purpose is paid already", () => {
    expectTransitions({ type: "purpose-paid", payment: paid }, to(states.paid, "opening", ...DECLINED));
  });

  it("shows a decline found in another tab, with a new key that waits for a new press", () => {
    const event: PayEvent = { type: "decline-found", payment: declinedForFunds, nextKey: OTHER_KEY };
    expectTransitions(event, { opening: states.declinedHeld });
  });

  it("is unavailable when no key could be had", () => {
    expectTransitions(
      { type: "issue-failed" },
      { opening: states.unavailable, declinedFetching: states.declinedFailed },
    );
  });

  it("can be tried again", () => {
    expectTransitions({ type: "reopened" }, { unavailable: START, declinedFailed: states.declinedFetching });
  });

  it("wants a key while opening and after a decline that may be mended, and at no other time", () => {
    expect(stateNames.filter((name) => needsKey(states[name]))).toEqual(["opening", "declinedFetching"]);
  });
});

describe("pressing Pay", () => {
  it("pays from ready, and ignores a press wherever Pay cannot be pressed", () => {
    for (const name of stateNames.filter((name) => name !== "declinedHeld")) {
      const expected = name === "ready" ? states.paying : states[name];
      expect(nextState(states[name], { type: "pressed", press }), name).toEqual(expected);
    }
  });

  it("pays with the new key after a decline", () => {
    const again = { ...press, key: OTHER_KEY };
    expect(nextState(states.declinedHeld, { type: "pressed", press: again })).toEqual({
      name: "paying",
      press: again,
    });
  });

  it("is a bug with a key that the form does not hold", () => {
    const stray = { ...press, key: OTHER_KEY };
    expect(() => nextState(states.ready, { type: "pressed", press: stray })).toThrow(/^Bug: /);
  });

  it("is possible in ready and after a decline with a new key, and nowhere else", () => {
    expect(stateNames.filter((name) => pressableKey(states[name]) !== undefined)).toEqual([
      "ready",
      "declinedHeld",
    ]);
  });
});

describe("an answer about the key in hand", () => {
  const PRESSED: StateName[] = [
    "paying",
    "polling",
    "asking",
    "unreachable",
    "signedOutPressed",
    "laterPressed",
  ];
  const holdsKey: StateName[] = ["ready", "revoking", ...PRESSED];

  it("paid: shows it, however late it comes", () => {
    const event: PayEvent = { type: "settled", key: KEY, payment: paid };
    for (const name of stateNames.filter((name) => states[name].name !== "declined")) {
      const holds = holdsKey.includes(name);
      expect(nextState(states[name], event), name).toEqual(holds ? states.paid : states[name]);
    }
  });

  it("declined for want of money: shows it and fetches a new key", () => {
    const event: PayEvent = { type: "settled", key: KEY, payment: declinedForFunds };
    for (const name of stateNames.filter((name) => name !== "paid")) {
      const holds = holdsKey.includes(name);
      expect(nextState(states[name], event), name).toEqual(holds ? states.declinedFetching : states[name]);
    }
  });

  it("declined for ever: shows it and fetches no key", () => {
    expect(nextState(states.paying, { type: "settled", key: KEY, payment: declinedForEver })).toEqual(
      states.declinedForEver,
    );
  });

  it("void: fetches a new key, and a payer who cancelled hears that it is certain", () => {
    const event: PayEvent = { type: "void", key: KEY };
    expectTransitions(event, {
      ...to({ name: "opening", openingReason: "void" }, ...holdsKey),
      revoking: { name: "opening", openingReason: "cancelled" },
    });
  });

  it("refused: back to ready with the same key and the reason, unless the payer is cancelling", () => {
    expectTransitions(
      { type: "refused", key: KEY, reason: "amount-mismatch" },
      to(readyAfterRefusal, ...PRESSED),
    );
  });

  it("unknown, or none before the deadline: checking", () => {
    expectTransitions({ type: "unknown", key: KEY }, { paying: polling });
  });

  it.each<PayEvent>([
    { type: "settled", key: OTHER_KEY, payment: paymentOf("succeeded", undefined, OTHER_KEY) },
    { type: "void", key: OTHER_KEY },
    { type: "refused", key: OTHER_KEY, reason: "not-found" },
    { type: "unknown", key: OTHER_KEY },
    { type: "resend-window-ended", key: OTHER_KEY },
    { type: "unreachable", key: OTHER_KEY },
  ])("changes nothing when it is about another key: $type", (event) => {
    for (const name of stateNames.filter((name) => name !== "declinedHeld")) {
      expect(nextState(states[name], event), name).toEqual(states[name]);
    }
  });

  it("is a bug when a key that was paid is said to be declined, or the other way round", () => {
    expect(() => nextState(states.paid, { type: "settled", key: KEY, payment: declinedForFunds })).toThrow(
      /^Bug: /,
    );
    expect(() => nextState(states.declinedForEver, { type: "settled", key: KEY, payment: paid })).toThrow(
      /^Bug: /,
    );
  });
});

describe("an answer that looked at nothing", () => {
  it("signed out: keeps the press, whose outcome is not known", () => {
    expectTransitions(
      { type: "signed-out" },
      {
        ...to(states.signedOut, "opening", ...DECLINED, "later"),
        ...to(
          states.signedOutPressed,
          "paying",
          "polling",
          "asking",
          "unreachable",
          "revoking",
          "laterPressed",
        ),
      },
    );
  });

  it("rate-limited: waits, but never leaves checking", () => {
    expectTransitions(
      { type: "rate-limited", retryAtMs: NOW },
      { opening: states.later, paying: states.laterPressed, declinedFetching: states.declinedFailed },
    );
  });

  it("goes on by itself when the wait is over: with a press it checks, without one it opens", () => {
    expectTransitions({ type: "retry-time-reached" }, { later: START, laterPressed: polling });
  });

  it("leaves what was known for certain of the last key known, however long the next one takes", () => {
    for (const openingReason of ["void", "cancelled"] as const) {
      const opening: PayState = { name: "opening", openingReason };
      const follow = (...events: PayEvent[]) => events.reduce(nextState, opening);
      const limited: PayEvent = { type: "rate-limited", retryAtMs: NOW };
      expect(follow({ type: "issue-failed" })).toEqual({ name: "unavailable", openingReason });
      expect(follow({ type: "issue-failed" }, { type: "reopened" })).toEqual(opening);
      expect(follow(limited)).toEqual({ ...states.later, openingReason });
      expect(follow(limited, { type: "retry-time-reached" })).toEqual(opening);
      expect(follow({ type: "signed-out" })).toEqual({ ...states.signedOut, openingReason });
    }
  });
});

describe("checking", () => {
  it("asks the payer once the press is old", () => {
    expectTransitions(
      { type: "resend-window-ended", key: KEY },
      { polling: states.asking, unreachable: states.asking },
    );
  });

  it("asks the payer also where nothing can be found out, and says then that nothing is known", () => {
    expectTransitions({ type: "unreachable", key: KEY }, { polling: states.unreachable });
    expect(stateNames.filter((name) => awaitsPayer(states[name]))).toEqual(["asking", "unreachable"]);
  });

  it("never sends a press again by itself that nobody could ask about, and forgets that once the payer makes it anew", () => {
    const unasked: Press = { ...press, isUnasked: true };
    const open = { type: "resend-window-ended", key: KEY };
    expect(eventForKeyState({ state: "open" }, press, NOW)).toEqual({ type: "resend" });
    expect(eventForKeyState({ state: "open" }, unasked, NOW)).toEqual(open);
    const asking = nextState({ name: "checking", press: unasked, stage: "polling" }, open as PayEvent);
    const again = nextState(asking, { type: "pay-now", pressedAtMs: NOW + 1 });
    expect(again).toEqual({ name: "checking", press: { ...press, pressedAtMs: NOW + 1 }, stage: "polling" });
  });

  it("is not polled in vain for ever: until the resend window ends, and for one more poll", () => {
    expect(pollTimeoutMs(press, NOW)).toBe(RESEND_WINDOW_MS + 10_000);
    expect(pollTimeoutMs(press, NOW + 60_000)).toBe(RESEND_WINDOW_MS - 50_000);
    for (const ageMs of [RESEND_WINDOW_MS + 1, 600_000, -1, Number.NaN])
      expect(pollTimeoutMs(press, NOW + ageMs), String(ageMs)).toBe(10_000);
  });

  it("Pay now makes the press young again, with the same key and payload", () => {
    expectTransitions(
      { type: "pay-now", pressedAtMs: NOW + 200_000 },
      to({ ...polling, press: { ...press, pressedAtMs: NOW + 200_000 } }, "asking", "unreachable"),
    );
  });

  it("Cancel for certain revokes", () => {
    expectTransitions({ type: "cancel" }, { asking: states.revoking, unreachable: states.revoking });
  });

  it("is entered again when the page comes back from the cache; without a press the form opens anew", () => {
    expectTransitions(
      { type: "restored" },
      {
        ...to(START, "ready", ...DECLINED, "unavailable", "signedOut", "later"),
        ...to(polling, "paying", "signedOutPressed", "laterPressed"),
      },
    );
  });

  it("sends a young press again when its key is open", () => {
    for (const ageMs of [0, 1, RESEND_WINDOW_MS]) {
      expect(eventForKeyState({ state: "open" }, press, NOW + ageMs)).toEqual({ type: "resend" });
    }
  });

  it("asks the payer about an old press, or one from the future, when its key is open", () => {
    for (const ageMs of [RESEND_WINDOW_MS + 1, -1, Number.NaN]) {
      expect(eventForKeyState({ state: "open" }, press, NOW + ageMs)).toEqual({
        type: "resend-window-ended",
        key: KEY,
      });
    }
  });

  it("takes an outcome as found, and void for a no that is final", () => {
    expect(eventForKeyState({ state: "settled", payment: paid }, press, NOW)).toEqual({
      type: "settled",
      key: KEY,
      payment: paid,
    });
    expect(eventForKeyState({ state: "void" }, press, NOW)).toEqual({ type: "void", key: KEY });
  });

  it("looks often at first, then seldom, and never at the same moment as everybody else", () => {
    expect(pollDelayMs(0, 0)).toBe(250);
    expect(pollDelayMs(0, 1)).toBe(500);
    expect(pollDelayMs(3, 1)).toBe(4_000);
    expect(pollDelayMs(1_000, 1)).toBe(8_000);
    expect(pollDelayMs(1_000, 0)).toBe(4_000);
  });
});

describe("reading an answer to a payment", () => {
  const unknown: PayEvent = { type: "unknown", key: KEY };
  const read = (status: number, body: unknown, retryAfterSeconds?: number): PayEvent =>
    readPaymentResponse(KEY, { status, body, retryAfterSeconds }, NOW);

  it("201 with this key's payment is paid", () => {
    expect(read(201, paid)).toEqual({ type: "settled", key: KEY, payment: paid });
  });

  it("402 with this key's payment is declined", () => {
    const body = { ...problem("declined"), declineCode: "insufficient_funds", payment: declinedForFunds };
    expect(read(402, body)).toEqual({ type: "settled", key: KEY, payment: declinedForFunds });
  });

  it("a complaint that carries this key's payment tells the outcome", () => {
    const body = { ...problem("idempotency-key-reused", "yes"), payment: paid };
    expect(read(422, body)).toEqual({ type: "settled", key: KEY, payment: paid });
  });

  it("410 is void, 401 is signed out, 429 is later", () => {
    expect(read(410, problem("idempotency-key-void"))).toEqual({ type: "void", key: KEY });
    expect(read(401, problem("unauthenticated"))).toEqual({ type: "signed-out" });
    expect(read(429, problem("rate-limited"), 3)).toEqual({ type: "rate-limited", retryAtMs: NOW + 3_000 });
    expect(read(429, problem("rate-limited"))).toEqual({ type: "rate-limited", retryAtMs: NOW + 10_000 });
  });

  it.each<ProblemName>(["amount-mismatch", "invalid-request", "not-found", "idempotency-key-reused"])(
    "%s with no money moved is a refusal",
    (name) => {
      expect(read(PROBLEMS[name].status, problem(name, "no"))).toEqual({
        type: "refused",
        key: KEY,
        reason: name,
      });
    },
  );

  it("every kind of problem that does not say what became of the key is unknown", () => {
    const spokenFor: ProblemName[] = [
      "unauthenticated",
      "rate-limited",
      "idempotency-key-void",
      "idempotency-key-missing",
      "order-conflict",
    ];
    const names = (Object.keys(PROBLEMS) as ProblemName[]).filter((name) => !spokenFor.includes(name));
    for (const name of names) expect(read(PROBLEMS[name].status, problem(name)), name).toEqual(unknown);
  });

  it.each([
    ["a captive portal's page", 200, "<html>"],
    ["a gateway's error", 502, undefined],
    ["a payment of another key", 201, paymentOf("succeeded", undefined, OTHER_KEY)],
    ["a created nothing", 201, null],
    ["a decline without its payment", 402, problem("declined")],
    [
      "a decline of another key",
      402,
      { ...problem("declined"), payment: paymentOf("declined", "payee_closed", OTHER_KEY) },
    ],
    ["a problem of a type nobody knows", 422, { type: "/problems/toString", status: 422, moneyMoved: "no" }],
    ["a problem whose status is not the answer's", 503, problem("idempotency-key-void")],
    [
      "a problem that says the money moved, without the payment",
      422,
      problem("idempotency-key-reused", "yes"),
    ],
  ])("%s is unknown", (_what, status, body) => {
    expect(read(status, body)).toEqual(unknown);
  });
});

describe("reading a key's state", () => {
  it("takes open, void and this key's outcome", () => {
    expect(readKeyState(KEY, { state: "open" })).toEqual({ state: "open" });
    expect(readKeyState(KEY, { state: "void" })).toEqual({ state: "void" });
    expect(readKeyState(KEY, { state: "settled", payment: paid })).toEqual({
      state: "settled",
      payment: paid,
    });
  });

  it.each([
    ["nothing", undefined],
    ["a state nobody knows", { state: "lost" }],
    ["settled without a payment", { state: "settled" }],
    [
      "settled with another key's payment",
      { state: "settled", payment: paymentOf("succeeded", undefined, OTHER_KEY) },
    ],
  ])("relies on nothing else: %s", (_what, body) => {
    expect(readKeyState(KEY, body)).toBeUndefined();
  });
});

it("only want of money and a limit can be mended by paying again", () => {
  expect(DECLINE_CODES.filter((code) => mayPayAgain(code))).toEqual(["insufficient_funds", "limit_exceeded"]);
});
