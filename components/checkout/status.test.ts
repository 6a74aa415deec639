/**
 * What a payer is told in each state. That money has moved, or has not, is said only where the server looked it up;
 * everywhere else that it is not known, or nothing.
 */
import { type AbstractIntlMessages, NextIntlClientProvider } from "next-intl";
import { createElement, type ReactElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import {
  DECLINE_CODES,
  type DeclineCode,
  type Payment,
  PURPOSE_KINDS,
  type Purpose,
} from "@/lib/api/payment";
import type { Locale } from "@/lib/locale";
import type { NextKey, PayState, Press } from "@/lib/pay/state";
import de from "@/messages/de.json";
import en from "@/messages/en.json";
import { DeclineAlert, RefusedAlert } from "./alerts";
import { ClosedOrder } from "./closed-order";
import { Status } from "./status";

const CATALOGS: Record<Locale, AbstractIntlMessages> = { en, de };

/** How each language says it. `no` has every way in which money is said not to have moved, or cannot move. */
const SAYS = {
  en: {
    yes: /your money has moved/i,
    no: /no money has moved|nothing (was|has been) sent|never will be|was not paid|cannot be started/i,
    unknown: /may have moved|may be under way|could not look|we do not know/i,
  },
  de: {
    yes: /ihr geld ist .*geflossen/i,
    no: /kein geld geflossen|nichts gesendet|wird es (auch )?nie|nicht bezahlt|nicht begonnen/i,
    unknown: /geflossen sein|vielleicht noch unterwegs|nicht nachsehen|wissen wir nicht/i,
  },
} as const;

const key = "019ab3c2-40d5-7dbd-bc93-6894a57f9324";
const press: Press = { key, payload: {}, pressedAtMs: 1_780_000_000_000 };
const paymentOf = (outcome: Pick<Payment, "status"> & { declineCode?: DeclineCode }): Payment => ({
  id: key,
  kind: "order",
  ...outcome,
  amountMinor: "3800",
  currency: "USD",
  payerAccountId: "payer",
  payeeAccountId: "payee",
  settledAt: "2026-05-28T20:26:40.000Z",
});
const declined = (next: NextKey, declineCode: DeclineCode = "insufficient_funds"): PayState => ({
  name: "declined",
  payment: paymentOf({ status: "declined", declineCode }),
  next,
});

type Claim = "yes" | "no" | "unknown" | "nothing" | "no, and then unknown";

/** Every state, and why what is claimed in it was looked up. */
const STATES: [claims: Claim, why: string, state: PayState][] = [
  ["nothing", "nobody has looked", { name: "opening", openingReason: "start" }],
  ["no", "the server said that the last key is void", { name: "opening", openingReason: "void" }],
  ["no", "the server said so to the revocation", { name: "opening", openingReason: "cancelled" }],
  ["nothing", "a key was issued", { name: "ready", key, notice: { kind: "none" } }],
  ["no", "the server said that the last key is void", { name: "ready", key, notice: { kind: "void" } }],
  ["no", "the server said so to the revocation", { name: "ready", key, notice: { kind: "cancelled" } }],
  ["unknown", "storage could not tell", { name: "ready", key, notice: { kind: "maybe-under-way" } }],
  [
    "unknown",
    "the server refused this request, and another may be under way with its key",
    { name: "ready", key, notice: { kind: "refused", reason: "amount-mismatch" } },
  ],
  ["nothing", "it was just sent", { name: "paying", press }],
  ["unknown", "no answer came", { name: "checking", press, stage: "polling" }],
  ["unknown", "the key was found open, which proves nothing", { name: "checking", press, stage: "asking" }],
  ["unknown", "polling found nothing out", { name: "checking", press, stage: "unreachable" }],
  ["unknown", "the revocation was not answered", { name: "checking", press, stage: "revoking" }],
  ["yes", "the server said so", { name: "paid", payment: paymentOf({ status: "succeeded" }) }],
  ...DECLINE_CODES.map((code): [Claim, string, PayState] => ["no", code, declined({ step: "never" }, code)]),
  ["no", "the decline was answered", declined({ step: "fetching" })],
  ["no", "the decline was answered, and only the next key was not", declined({ step: "failed" })],
  ["unknown", "no key could be had", { name: "unavailable", openingReason: "start" }],
  ["no, and then unknown", "the last key is void", { name: "unavailable", openingReason: "void" }],
  ["unknown", "nobody looked", { name: "signed-out", press: undefined, openingReason: "start" }],
  ["unknown", "nobody looked", { name: "signed-out", press, openingReason: "start" }],
  [
    "no, and then unknown",
    "it was revoked",
    { name: "signed-out", press: undefined, openingReason: "cancelled" },
  ],
  ["unknown", "nobody looked", { name: "later", press: undefined, openingReason: "start", retryAtMs: 0 }],
  ["unknown", "nobody looked", { name: "later", press, openingReason: "start", retryAtMs: 0 }],
];

const EVERYWHERE = (["en", "de"] as const).flatMap((locale) =>
  PURPOSE_KINDS.flatMap((kind) => STATES.map((row) => [locale, kind, ...row] as const)),
);

it.each(EVERYWHERE)("%s, %s: %s, because %s: %j", (locale, kind, claims, _because, state) => {
  const words = wordsIn(locale, kind, state);
  const says = SAYS[locale];
  expect(words.length > 0).toBe(!(state.name === "ready" && claims === "nothing"));
  expect(says.yes.test(words), words).toBe(claims === "yes");
  expect(says.no.test(words), words).toBe(claims.startsWith("no") && claims !== "nothing");
  expect(says.unknown.test(words), words).toBe(claims.endsWith("unknown"));
});

it.each(["en", "de"] as const)(
  "%s: a merchant reads nothing about money on an order that was not looked up",
  (locale) => {
    const words = textOf(locale, [
      createElement(ClosedOrder, {
        key: 1,
        reason: "own",
        merchantName: "Mia",
        viewerName: "Mia",
        isRequest: false,
      }),
    ]);
    expect(words).not.toMatch(SAYS[locale].no);
    expect(words).not.toMatch(SAYS[locale].yes);
  },
);

it.each(["en", "de"] as const)(
  "%s: on an order that another paid, whose money did not move is said by name: the session may have changed",
  (locale) => {
    const words = textOf(locale, [
      createElement(ClosedOrder, {
        key: 1,
        reason: "paid",
        merchantName: "Mia",
        viewerName: "Bob",
        isRequest: false,
      }),
    ]);
    expect(words).toContain("Bob");
    expect(words).not.toMatch(/\byou\b|\bihnen\b/i);
  },
);

/** Everything that is said about the payment in this state. */
function wordsIn(locale: Locale, kind: Purpose["kind"], state: PayState): string {
  const otherName = "Bluebird Coffee";
  return textOf(locale, [
    createElement(DeclineAlert, { key: 1, state, otherName, currency: "USD", amount: "$38.00" }),
    createElement(RefusedAlert, { key: 2, state, kind, otherName }),
    createElement(Status, { key: 3, state, kind, userName: "Alice", amount: "$38.00" }),
  ]);
}

function textOf(locale: Locale, children: ReactElement[]): string {
  const provider = { locale, messages: CATALOGS[locale], timeZone: "UTC", children };
  const html = renderToStaticMarkup(createElement(NextIntlClientProvider, provider));
  return html.replaceAll(/<[^>]+>/g, " ").trim();
}

it.each([
  ["en", /\border/i],
  ["de", /Bestellung/],
] as const)("%s: a request that cannot be paid any more is not called an order", (locale, order) => {
  for (const reason of ["paid", "cancelled", "expired", "own"] as const) {
    const closed = { key: 1, reason, merchantName: "Bob", viewerName: "Alice" };
    expect(textOf(locale, [createElement(ClosedOrder, { ...closed, isRequest: true })])).not.toMatch(order);
    expect(textOf(locale, [createElement(ClosedOrder, { ...closed, isRequest: false })])).toMatch(
      reason === "own" && locale === "en" ? /order/ : order,
    );
  }
});
