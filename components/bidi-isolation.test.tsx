/**
 * What people wrote before it was refused (and whatever a database has from elsewhere) turns nothing beside it: on every
 * part of a page it stands in `<bdi>`, and in labels without what turns.
 */
import { NextIntlClientProvider } from "next-intl";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it, vi } from "vitest";
import type { Movement } from "@/lib/activity/movement";
import type { OpenKey } from "@/lib/activity/open-key";
import type { Order } from "@/lib/api/order";
import type { Payment } from "@/lib/api/payment";
import type { Receipt as ReceiptOf } from "@/lib/receipt";
import de from "@/messages/de.json";
import en from "@/messages/en.json";
import { MovementList } from "./activity/movement-list";
import { NoMovements } from "./activity/no-movements";
import { OpenKeyList } from "./activity/open-key-list";
import { KeyList } from "./api-keys/key-list";
import { NewKey } from "./api-keys/new-key";
import { DeclineAlert, RefusedAlert } from "./checkout/alerts";
import { ClosedOrder } from "./checkout/closed-order";
import { PlainPayForm } from "./checkout/plain-pay-form";
import { Status } from "./checkout/status";
import { HomeOfMerchant } from "./home/home-of-merchant";
import { HomeOfPayer } from "./home/home-of-payer";
import { RequestState } from "./merchant-request/request-state";
import { BothSides } from "./ops/ledger/both-sides";
import { LinesTable } from "./ops/lines-table";
import { RefundOutcome } from "./ops/refund/refund-outcome";
import { SaleFacts } from "./ops/refund/sale-facts";
import { OrderLines } from "./orders/order-lines";
import { OrderList } from "./orders/order-list";
import { Receipt } from "./payments/receipt";
import { RefundFacts } from "./refund/refund-facts";
import type { ListedSale } from "./sales/sales-list";
import { LinkList } from "./selling/link-list";
import { type ListedOrder, MerchantOrderList } from "./selling/merchant-order-list";
import { Header } from "./site/header";
import { KeyOutcome } from "./where/key-outcome";
import { MovementPicks, OpenKeyPicks } from "./where/key-picks";

const TURNS = "\u202e";
const EVE = `Eve ${TURNS}.`;
const nothing = async () => {};

const order: Order = {
  id: "5b0f3d0e-6a53-4f3c-9d52-0c1d8f8f6a11",
  merchant: { id: "m", name: EVE, handle: "eve" },
  description: EVE,
  currency: "USD",
  totalMinor: "10",
  items: [{ description: EVE, quantity: 2, amountMinor: "5" }],
  state: "open",
  createdAt: "2026-03-02T09:38:12.000Z",
};
const payment: Payment = {
  id: "019ab3c2-40d5-7dbd-bc93-6894a57f9324",
  kind: "transfer",
  status: "succeeded",
  amountMinor: "10",
  currency: "USD",
  payerAccountId: "a",
  payeeAccountId: "b",
  note: EVE,
  settledAt: "2026-03-02T09:38:12.000Z",
};
const person = { name: EVE, handle: "eve" };
const listed: ListedOrder = { order, buyer: person };
const sale: ListedSale = {
  paymentId: payment.id,
  description: EVE,
  buyer: person,
  amountMinor: 10n,
  refundedMinor: 3n,
  currency: "USD",
  settledAt: new Date(payment.settledAt),
};
const declined: Payment = { ...payment, status: "declined", declineCode: "payee_closed" };
const viewer = { id: "y", name: EVE, handle: "eve" };
const movement: Movement = {
  id: payment.id,
  kind: "transfer",
  status: "succeeded",
  declineCode: null,
  direction: "in",
  accountId: "a",
  amountMinor: 10n,
  currency: "USD",
  balanceMinor: 10n,
  at: new Date(payment.settledAt),
  party: { name: EVE, handle: "eve" },
  note: EVE,
  orderId: null,
  description: null,
  isRequest: false,
  refundOf: null,
  refundedMinor: 0n,
};
const openKey: OpenKey = {
  key: payment.id,
  kind: "order",
  purposeId: order.id,
  subjectId: null,
  order: { description: EVE, amountMinor: 10n, currency: "USD" },
  merchant: { name: EVE, handle: "eve" },
  arrivals: 2,
  lastArrivedAt: new Date(payment.settledAt),
  isChecking: true,
};
const sides = { accountId: "a", party: { id: "x", name: EVE, handle: EVE } };
const receipt: ReceiptOf = {
  payment,
  userId: "x",
  payer: { id: "x", name: EVE, handle: EVE },
  payee: { id: "y", name: EVE, handle: EVE },
  refunds: {
    refundedMinor: "4",
    leftMinor: "6",
    listed: [{ paymentId: "r", amountMinor: "4", settledAt: payment.settledAt, note: EVE }],
  },
  proof: { transfer: { debit: sides, credit: sides } },
};

const PARTS: Record<string, ReactNode> = {
  "the head of the page": <Header viewerName={EVE} bar={[]} menu={[]} signOut={nothing} />,
  "a merchant's start": <HomeOfMerchant viewer={viewer} accounts={[]} openOrders={[listed]} sales={[sale]} />,
  "a payer's start": (
    <HomeOfPayer
      viewer={viewer}
      accounts={[]}
      movements={[movement]}
      openOrders={[order]}
      requests={[order]}
      createDemoOrder={nothing}
    />
  ),
  "a merchant's orders": (
    <MerchantOrderList orders={[listed, { order, byLink: { linkId: order.id, ...person } }]} />
  ),
  "a merchant's links": (
    <LinkList
      links={[
        {
          id: order.id,
          merchant: order.merchant,
          description: EVE,
          currency: "USD",
          items: order.items,
          totalMinor: "10",
          state: "open",
          createdAt: order.createdAt,
        },
      ]}
    />
  ),
  "what is paid back": (
    <RefundFacts payer={person} description={EVE} paid="$0.10" when="now" left="$0.10" reason={EVE} />
  ),
  "lines of an order": <OrderLines order={order} />,
  "a list of orders": <OrderList orders={[order]} />,
  "payments received": <MovementList movements={[movement, { ...movement, description: EVE }]} />,
  "payments made": (
    <MovementList
      movements={[
        { ...movement, direction: "out" },
        { ...movement, id: "r", kind: "refund", direction: "out", description: EVE },
      ]}
    />
  ),
  "payments that are being checked": <OpenKeyList openKeys={[openKey]} />,
  "a key that is open": (
    <KeyOutcome keyText={payment.id} userId="y" outcome={{ state: "open", openKey }} notice={undefined} />
  ),
  "a key that has paid": (
    <KeyOutcome
      keyText={payment.id}
      userId="y"
      outcome={{ state: "settled", movement: { ...movement, direction: "out" }, mayPayAgain: false }}
      notice="revoked"
    />
  ),
  "a key that was declined": (
    <KeyOutcome
      keyText={payment.id}
      userId="y"
      outcome={{
        state: "settled",
        movement: { ...movement, status: "declined", declineCode: "payee_closed" },
        mayPayAgain: false,
      }}
      notice={undefined}
    />
  ),
  "a payment that was received": (
    <KeyOutcome
      keyText={payment.id}
      userId="y"
      outcome={{ state: "by-other", movement }}
      notice={undefined}
    />
  ),
  "keys to pick": <OpenKeyPicks openKeys={[openKey]} />,
  "payments to pick": <MovementPicks movements={[movement]} />,
  "nothing to see": <NoMovements isMerchant handle={EVE} />,
  "a receipt of the payee's": <Receipt viewerId="y" receipt={{ ...receipt, order }} amount="$0.10" />,
  "a receipt of the payer's": <Receipt viewerId="x" receipt={receipt} amount="$0.10" />,
  "a receipt of a refund": (
    <Receipt
      viewerId="y"
      receipt={{
        ...receipt,
        payment: { ...payment, kind: "refund" },
        refunded: { payment, description: EVE },
      }}
      amount="$0.10"
    />
  ),
  "an order that is closed": (
    <ClosedOrder isRequest={false} reason="cancelled" merchantName={EVE} viewerName="Alice" />
  ),
  "an order that somebody else paid": (
    <ClosedOrder isRequest={false} reason="paid" merchantName="Mia" viewerName={EVE} />
  ),
  "a decline": (
    <DeclineAlert
      state={{ name: "declined", payment: declined, next: { step: "never" } }}
      otherName={EVE}
      currency="USD"
      amount="$0.10"
    />
  ),
  "a refusal": (
    <RefusedAlert
      state={{ name: "ready", key: payment.id, notice: { kind: "refused", reason: "not-found" } }}
      kind="order"
      otherName={EVE}
    />
  ),
  "who is no longer signed in": (
    <Status
      state={{ name: "signed-out", press: undefined, openingReason: "start" }}
      kind="order"
      userName={EVE}
      amount="$0.10"
    />
  ),
  "a decline without JavaScript": (
    <PlainPayForm
      userId="y"
      purpose={{ kind: "order", orderId: order.id }}
      payload={{ amountMinor: "10", currency: "USD" }}
      idempotencyKey={payment.id}
      currency="USD"
      amount="$0.10"
      otherName={EVE}
      known={{ state: "declined", payment: declined }}
      notice={undefined}
    />
  ),
  "API keys": (
    <KeyList
      keys={[{ id: "k", name: EVE, start: "once_abc", scopes: [], createdAt: payment.settledAt }]}
      revokeKey={nothing}
    />
  ),
  "a request to be a merchant": (
    <RequestState
      request={{
        businessName: EVE,
        sells: EVE,
        state: "declined",
        decisionReason: EVE,
        decidedAt: new Date(payment.settledAt),
        createdAt: new Date(payment.settledAt),
      }}
    />
  ),
  "what an operator refunds": (
    <SaleFacts
      sale={{
        paymentId: payment.id,
        merchant: { name: EVE, handle: "eve" },
        payer: { name: EVE, handle: "eve" },
        description: EVE,
        amountMinor: 10n,
        refundedMinor: 0n,
        leftMinor: 10n,
        currency: "USD",
        settledAt: new Date(payment.settledAt),
      }}
    />
  ),
  "why an operator's refund was declined": (
    <RefundOutcome amount="$0.10" left="$0.10" merchant={EVE} declineCode="insufficient_funds" />
  ),
  "both sides of a correction": (
    <BothSides
      sides={[
        {
          side: "debit",
          account: { id: "a", owner: { name: EVE, handle: "eve" }, isClosed: false },
          now: "$0.10",
          after: "$0.00",
          lacks: false,
        },
      ]}
    />
  ),
  "a table of the console": (
    <LinesTable
      caption="Entries"
      columns={[{ id: "who", header: "Who" }]}
      lines={[{ id: "1", cells: { who: { text: EVE, words: true, sub: EVE } } }]}
      empty=""
    />
  ),
  "a new API key": <NewKey name={EVE} apiKey="once_abc" />,
};

describe.each(Object.entries({ en, de }))("in %s", (locale, messages) => {
  it.each(Object.entries(PARTS))("%s", (_what, part) => {
    const failed = vi.fn();
    const html = renderToStaticMarkup(
      <NextIntlClientProvider
        locale={locale as "en" | "de"}
        messages={messages}
        timeZone="UTC"
        formats={{ dateTime: { short: {}, shortOfOtherYear: {}, moment: {}, instant: {} } }}
        onError={failed}
      >
        {part}
      </NextIntlClientProvider>,
    );
    expect(failed).not.toHaveBeenCalled();
    expect(html).toContain("Eve");
    expect(html.replaceAll(/<bdi>[^<]*<\/bdi>/g, "")).not.toContain(TURNS);
  });
});
