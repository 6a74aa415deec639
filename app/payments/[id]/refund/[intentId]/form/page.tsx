import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { getFormatter, getLocale, getTranslations } from "next-intl/server";
import { Amount } from "@/components/checkout/amount";
import { PlainPayForm } from "@/components/checkout/plain-pay-form";
import { UnreadPayForm } from "@/components/checkout/unread-pay-form";
import { RefundFacts } from "@/components/refund/refund-facts";
import { Panel } from "@/components/ui/panel";
import { formatMoney } from "@/lib/money";
import { placeOf } from "@/lib/pay/place";
import { plainFormPath } from "@/lib/plain-form-path";
import { authorizePage } from "@/server/identity/authorize";
import { whileReachable } from "@/server/identity/while-reachable";
import { pathWith, type SearchParams } from "@/server/orders/list-query";
import { readPlainRefund, readRefund, refundPurposeOf, typedRefundPath } from "@/server/orders/refund-page";
import {
  BESIDE,
  fieldsOf,
  noticeOfPlainForm,
  queryOf,
  readPlainForm,
  stateOfPlainForm,
} from "@/server/pay/plain-form";

type Props = {
  params: Promise<{ id: string; intentId: string }>;
  searchParams: Promise<SearchParams>;
};

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("refund");
  return { title: t("reviewTitle") };
}

/** The refund without JavaScript, after "Continue": the key and what is paid back stand in the address. To read it writes nothing. */
export default async function PlainRefundPage({ params, searchParams }: Props) {
  const [given, search] = await Promise.all([params, searchParams]);
  const purpose = refundPurposeOf(given);
  const place = placeOf(purpose);
  const [form, payload] = [readPlainForm(search), readPlainRefund(search)];
  const beside = fieldsOf(queryOf(search), BESIDE);
  if (form === undefined || payload === undefined) {
    await authorizePage("/payments/[id]/refund/[intentId]/form", place);
    redirect(payload === undefined ? place : pathWith(place, { ...payload, ...beside }));
  }
  const address = plainFormPath(
    { place, key: form.key, userId: form.userId, carried: { ...payload, ...beside } },
    form.notice,
  );
  const [read, t, locale, format] = await Promise.all([
    whileReachable("/payments/[id]/refund/[intentId]/form", async () => {
      const viewer = await authorizePage("/payments/[id]/refund/[intentId]/form", address, form.userId);
      const [known, sale] = await Promise.all([
        stateOfPlainForm(viewer.id, form.key, purpose),
        readRefund(viewer.id, purpose),
      ]);
      const notice = await noticeOfPlainForm(viewer.id, form, address, sale.currency);
      return { viewer, known, sale, notice };
    }),
    getTranslations("refund"),
    getLocale(),
    getFormatter(),
  ]);
  if (read === undefined) {
    return (
      <UnreadPayForm
        userId={form.userId}
        idempotencyKey={form.key}
        purpose={purpose}
        payload={payload}
        // The sale has it, and cannot be read.
        currency={undefined}
        beside={beside}
        address={address}
      />
    );
  }
  const { viewer, known, sale, notice } = read;
  const change = (isChange: boolean) =>
    typedRefundPath(place, payload, { currency: sale.currency, locale, isChange });
  // More than is left by now can only be declined: the form with what was typed says so instead.
  if (known.state === "open" && BigInt(payload.amountMinor) > sale.leftMinor) redirect(change(false));
  const money = (amountMinor: bigint | string) => formatMoney(amountMinor, sale.currency, locale);
  return (
    <div className="mx-auto w-full max-w-xl">
      <h1 className="mb-6 text-title">{t("reviewTitle")}</h1>
      <Panel>
        <p className="text-sm text-soft">{t("youRefund")}</p>
        <Amount amount={money(payload.amountMinor)} />
        <div className="mb-5">
          <RefundFacts
            payer={sale.payer}
            description={sale.description}
            paid={money(sale.amountMinor)}
            when={format.dateTime(sale.settledAt, "moment")}
            left={money(sale.leftMinor)}
            reason={payload.reason}
          />
        </div>
        <PlainPayForm
          userId={viewer.id}
          purpose={purpose}
          payload={payload}
          beside={beside}
          idempotencyKey={form.key}
          currency={sale.currency}
          amount={money(payload.amountMinor)}
          otherName={sale.payer.name}
          known={known}
          notice={notice}
        />
        <p className="mt-4 border-t border-line pt-2 text-center">
          <Link
            href={change(true)}
            className="inline-flex min-h-11 items-center text-accent-text underline underline-offset-4"
          >
            {t("change")}
          </Link>
        </p>
      </Panel>
    </div>
  );
}
