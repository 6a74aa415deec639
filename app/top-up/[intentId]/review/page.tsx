import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { looksLikeEarlier } from "@/app/looks-like-earlier-action";
import { payNow } from "@/app/pay-action";
import { FrozenAccounts } from "@/components/account/frozen-accounts";
import { AsksFirst } from "@/components/checkout/asks-first";
import { PayForm } from "@/components/checkout/pay-form";
import { TopUpFacts } from "@/components/top-up/top-up-facts";
import { Panel } from "@/components/ui/panel";
import { listFrozenCurrencies } from "@/db/ledger/accounts";
import { findPaymentOf } from "@/db/payments/views/earlier";
import type { Purpose } from "@/lib/api/payment";
import { uuid } from "@/lib/api/requests";
import { formatMoney } from "@/lib/money";
import { topUpReviewPath } from "@/lib/pay/drafts/top-up";
import { placeOf } from "@/lib/pay/place";
import { pageNonce } from "@/server/http/request/nonce";
import { authorizePage } from "@/server/identity/authorize";
import { isDemo } from "@/server/lifecycle/environment";
import { checkTopUp } from "@/server/pay/check-top-up";
import { BESIDE, fieldsOf, pathWith, queryOf, type SearchParams } from "@/server/pay/plain-form";
import { questionOf } from "@/server/pay/question";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("topUp");
  return { title: t("title") };
}

/** Names the top-up and lets it be done, once. Demo only. */
export default async function TopUpReviewPage({
  params,
  searchParams,
}: {
  params: Promise<{ intentId: string }>;
  searchParams: Promise<SearchParams>;
}) {
  const [{ intentId }, search] = await Promise.all([params, searchParams]);
  const id = uuid.safeParse(intentId);
  if (!id.success) notFound();
  const purpose: Purpose = { kind: "top-up", intentId: id.data };
  const place = placeOf(purpose);
  const address = pathWith(`${place}/review`, search);
  const viewer = await authorizePage("/top-up/[intentId]/review", address);
  if (!isDemo()) notFound();
  const [paid, topUp, t, locale] = await Promise.all([
    findPaymentOf(viewer.id, purpose),
    checkTopUp(viewer.id, queryOf(search)),
    getTranslations("topUp"),
    getLocale(),
  ]);
  if (paid !== undefined) redirect(`/payments/${paid}`);
  if (topUp === undefined) redirect(place);
  const { amountMinor, currency, account } = topUp;
  const payload = { amountMinor, currency };
  const amount = formatMoney(amountMinor, currency, locale);
  const beside = fieldsOf(queryOf(search), BESIDE);
  const [question, frozen] = await Promise.all([
    questionOf(viewer.id, purpose, payload, beside.despite),
    listFrozenCurrencies(viewer.id),
  ]);
  return (
    <div className="mx-auto w-full max-w-xl">
      <h1 className="mb-6 text-title">{t("title")}</h1>
      <FrozenAccounts currencies={frozen.filter((one) => one === currency)} />
      <Panel>
        <TopUpFacts amountMinor={amountMinor} account={account} />
        <div className="mt-6">
          {question !== undefined ? (
            <AsksFirst
              kind="top-up"
              question={question}
              otherName={viewer.name}
              amount={amount}
              goOn={topUpReviewPath(place, payload, question.goOn)}
            />
          ) : (
            <PayForm
              userId={viewer.id}
              userName={viewer.name}
              otherName={viewer.name}
              purpose={purpose}
              payload={payload}
              beside={beside}
              asksFirst={looksLikeEarlier}
              currency={currency}
              amount={amount}
              returnTo={address}
              nonce={await pageNonce()}
              payNow={payNow}
            />
          )}
        </div>
        <p className="mt-5 border-t border-line pt-3 text-sm">
          <a
            href={place}
            className="flex min-h-11 items-center justify-end font-semibold text-accent-text underline-offset-4 hover:underline"
          >
            {t("change")}
          </a>
        </p>
      </Panel>
    </div>
  );
}
