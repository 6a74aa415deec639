/** What a receipt says, in the words of a language, for what is no page: the PDF and the e-mail. */
import type { Payment } from "@/lib/api/payment";
import type { Locale } from "@/lib/locale";
import { formatMoney } from "@/lib/money";
import {
  ARRIVALS_KEPT,
  namedAs,
  type Party,
  type Receipt,
  receivedAs,
  subtitleOf,
  type TransferSide,
} from "@/lib/receipt";
import { isolateBidi } from "@/lib/text/bidi-isolate";
import { formatterFor, translatorFor } from "../texts.ts";

/** For whom it is written: somebody in the payment, in whose language and, where it is known, time zone. */
export type Reader = { id: string; locale: Locale; timeZone?: string };

/** A name and what it stands for. */
export type NamedLine = [name: string, value: string];

/** A heading and paragraphs. */
export type Passage = { title: string; paragraphs: string[] };

/** A heading, and amounts with what they are for. */
export type AmountList = {
  title: string;
  intro: string[];
  rows: { text: string; detail?: string; amount: string }[];
  total?: NamedLine;
  outro: string[];
};

export type ReceiptLines = {
  title: string;
  subtitle?: string;
  facts: NamedLine[];
  next?: Passage;
  order?: AmountList;
  refunds?: AmountList;
  refunded?: Passage;
  proof: {
    title: string;
    received?: string;
    arrivals?: { title: string; rows: { at: string; lines: string[] }[]; evidence: string };
    /** Said where no arrival is recorded; it is no proof of anything. */
    unrecorded?: string;
    key: NamedLine[];
    entries: Passage & { sides: { title: string; lines: string[] }[] };
  };
};

/** The tag `<bdi>` of the texts. next-intl hands over what stands in it as a list, where a value is in it. */
const bdi = (chunks: string): string => isolateBidi([chunks].flat().join(""));

/** What the receipt says to `reader`, who must be whom it was read for. Words of people are isolated (isolateBidi). */
export function receiptLines(receipt: Receipt, reader: Reader): ReceiptLines {
  const { locale } = reader;
  const t = translatorFor(locale, "payment");
  const tReceipt = translatorFor(locale, "receipt");
  const format = formatterFor(locale, reader.timeZone);
  const { payment, payer, payee, refunded } = receipt;
  const money = (amountMinor: string): string => formatMoney(amountMinor, payment.currency, locale);
  const amount = money(payment.amountMinor);
  const moment = (at: string): string => format.dateTime(new Date(at), "moment");
  const isPayer = payer.id === reader.id;
  const declineCode = payment.declineCode ?? "unknown";
  const hasMoved = payment.status === "succeeded";
  const subtitle = hasMoved && {
    subtitle: tReceipt.markup(`subtitle_${subtitleOf(receipt, reader.id)}`, {
      name: isPayer ? payee.name : payer.name,
      bdi,
    }),
  };
  const name = (party: Party): string => nameOf(party, reader.id, tReceipt("you"));
  const orderLines = linesOfOrder(receipt, locale);
  const refundLines = linesOfRefunds(receipt, reader);
  return {
    title: hasMoved ? tReceipt(`title_${namedAs(receipt)}`, { amount }) : t("declined", { amount }),
    ...subtitle,
    facts: [
      [t("from"), name(payer)],
      [t("to"), name(payee)],
      [t("when"), moment(payment.settledAt)],
      [t("kind"), t(`kind_${namedAs(receipt)}`)],
      ...(hasMoved ? [] : [[t("declineReason"), t(`decline_${declineCode}`)] as NamedLine]),
      ...(payment.note === undefined ? [] : [[t("note"), isolateBidi(payment.note)] as NamedLine]),
      [t("reference"), payment.id],
    ],
    ...(hasMoved
      ? {}
      : { next: { title: tReceipt("afterTitle"), paragraphs: [tReceipt(`next_${declineCode}`)] } }),
    ...(orderLines && { order: orderLines }),
    ...(refundLines && { refunds: refundLines }),
    ...(refunded && {
      refunded: {
        title: tReceipt("refundOf"),
        paragraphs: [
          ...(refunded.description === undefined ? [] : [isolateBidi(refunded.description)]),
          tReceipt("saleLink", {
            amount: money(refunded.payment.amountMinor),
            when: moment(refunded.payment.settledAt),
          }),
          refunded.payment.id,
        ],
      },
    }),
    proof: linesOfProof(receipt, name, reader),
  };
}

/** Somebody's name, which many may have, and handle, which is theirs alone. */
function nameOf({ id, name, handle }: Party, viewerId: string, you: string): string {
  return [
    isolateBidi(name),
    ...(handle === undefined ? [] : [isolateBidi(`@${handle}`)]),
    ...(id === viewerId ? [you] : []),
  ].join(" ");
}

function linesOfOrder({ order }: Receipt, locale: Locale): AmountList | undefined {
  if (order === undefined) return undefined;
  const t = translatorFor(locale, "order");
  const money = (amountMinor: bigint | string | number): string =>
    formatMoney(BigInt(amountMinor), order.currency, locale);
  return {
    title: isolateBidi(order.description),
    intro: [],
    rows: order.items.map((item) => ({
      text: isolateBidi(item.description),
      ...(item.quantity === 1
        ? {}
        : {
            detail: t("quantityTimes", { quantity: String(item.quantity), price: money(item.amountMinor) }),
          }),
      amount: money(BigInt(item.quantity) * BigInt(item.amountMinor)),
    })),
    total: [t("total"), money(order.totalMinor)],
    outro: [],
  };
}

function linesOfRefunds({ payment, refunds }: Receipt, reader: Reader): AmountList | undefined {
  const { locale } = reader;
  if (refunds === undefined || refunds.refundedMinor === "0") return undefined;
  const t = translatorFor(locale, "receipt");
  const format = formatterFor(locale, reader.timeZone);
  const money = (amountMinor: string): string => formatMoney(amountMinor, payment.currency, locale);
  const [amount, refunded] = [money(payment.amountMinor), money(refunds.refundedMinor)];
  const isWhole = refunds.leftMinor === "0";
  const listedMinor = refunds.listed.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n);
  return {
    title: t("refundsTitle"),
    intro: isWhole
      ? [t("refundedAll", { amount })]
      : [t("refundedPart", { refunded, amount }), t("refundedLeft", { left: money(refunds.leftMinor) })],
    rows: refunds.listed.map(({ paymentId, amountMinor, settledAt, note }) => ({
      text: format.dateTime(new Date(settledAt), "moment"),
      detail: [...(note === undefined ? [] : [t.markup("refundedNote", { note, bdi })]), paymentId].join(
        " · ",
      ),
      amount: `−${money(amountMinor)}`,
    })),
    outro:
      listedMinor.toString() === refunds.refundedMinor
        ? []
        : [t("refundsOmitted", { count: refunds.listed.length })],
  };
}

function linesOfProof(
  { payment, proof }: Receipt,
  name: (party: Party) => string,
  reader: Reader,
): ReceiptLines["proof"] {
  const { locale } = reader;
  const t = translatorFor(locale, "receipt");
  const format = formatterFor(locale, reader.timeZone);
  const { arrivals, issuedAt, transfer, seal } = proof;
  const amount = formatMoney(payment.amountMinor, payment.currency, locale);
  const instant = (at: string): string => format.dateTime(new Date(at), "instant");
  const side = (title: string, sign: string, { party, accountId, own }: TransferSide) => ({
    title: `${title}: ${sign}${amount}`,
    lines: [
      name(party),
      t("account", { currency: payment.currency, id: accountId }),
      ...(own === undefined
        ? []
        : [
            t("ownEntry", {
              number: own.entryNumber,
              balance: formatMoney(own.balanceAfterMinor, payment.currency, locale),
            }),
          ]),
    ],
  });
  return {
    title: t("proofTitle"),
    ...(arrivals?.length === 0 && { unrecorded: t("receivedNone") }),
    ...(arrivals && arrivals.length > 0 && { received: receivedText(payment, arrivals.length, locale) }),
    ...(arrivals &&
      arrivals.length > 0 && {
        arrivals: {
          title: t("arrivals"),
          rows: arrivals.map(({ arrivedAt, channel, verdict, requestId }) => ({
            at: instant(arrivedAt),
            lines: [
              t(`channel_${channel}`),
              t(`verdict_${verdict}`, { amount }),
              ...(requestId === undefined ? [] : [t("request", { id: requestId })]),
            ],
          })),
          evidence: t("evidence", { kept: ARRIVALS_KEPT }),
        },
      }),
    key: [
      [t("key"), payment.id],
      ...(issuedAt === undefined ? [] : [[t("issued"), instant(issuedAt)] as NamedLine]),
    ],
    entries: {
      title: t("ledgerTitle"),
      sides: transfer ? [side(t("debit"), "−", transfer.debit), side(t("credit"), "+", transfer.credit)] : [],
      paragraphs: transfer
        ? [
            `${t("journal")}: ${seal ? t("sealed", { position: seal.position, when: instant(seal.sealedAt) }) : t("notSealed")}`,
            t("othersBalance"),
            t("sealedText"),
          ]
        : [t("nothingMoved")],
    },
  };
}

function receivedText(payment: Payment, count: number, locale: Locale): string {
  const t = translatorFor(locale, "receipt");
  return count < ARRIVALS_KEPT
    ? t(`received_${receivedAs(payment)}`, { count })
    : t(`receivedMany_${receivedAs(payment)}`, { count: ARRIVALS_KEPT });
}
