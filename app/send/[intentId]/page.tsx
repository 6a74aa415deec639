import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { FrozenAccounts } from "@/components/account/frozen-accounts";
import { Unfinished } from "@/components/form/unfinished";
import { TransferForm } from "@/components/send/transfer-form";
import { Panel } from "@/components/ui/panel";
import { listAccounts, listFrozenCurrencies } from "@/db/ledger/accounts";
import { findPaymentOf, findUsualCurrency, listRecipientsOf } from "@/db/payments/views/earlier";
import type { Purpose } from "@/lib/api/payment";
import { uuid } from "@/lib/api/requests";
import { moneyPattern } from "@/lib/money";
import { placeOf } from "@/lib/pay/place";
import { authorizePage } from "@/server/identity/authorize";
import { readSentTransfer } from "@/server/pay/check-transfer";
import { pathWith, queryOf, type SearchParams } from "@/server/pay/plain-form";

/** As many as fit a telephone beside the form. */
const RECIPIENTS = 6;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("send");
  return { title: t("title") };
}

/** Whom to send money, and how much. What was typed stands in the query, so that the form can be shown again with it. */
export default async function TransferPage({
  params,
  searchParams,
}: {
  params: Promise<{ intentId: string }>;
  searchParams: Promise<SearchParams>;
}) {
  const [{ intentId }, search] = await Promise.all([params, searchParams]);
  const id = uuid.safeParse(intentId);
  if (!id.success) notFound();
  const purpose: Purpose = { kind: "transfer", intentId: id.data };
  const place = placeOf(purpose);
  const viewer = await authorizePage("/send/[intentId]", pathWith(place, search));
  const [paid, accounts, frozen, recipients, usualCurrency, t, locale] = await Promise.all([
    findPaymentOf(viewer.id, purpose),
    listAccounts(viewer.id),
    listFrozenCurrencies(viewer.id),
    listRecipientsOf(viewer.id, RECIPIENTS),
    findUsualCurrency(viewer.id),
    getTranslations("send"),
    getLocale(),
  ]);
  if (paid !== undefined) redirect(`/payments/${paid}`);
  const { state } = await readSentTransfer(viewer.id, queryOf(search), locale);
  const [first, ...others] = accounts.map(({ currency }) => moneyPattern(currency, locale));
  return (
    <div className="mx-auto w-full max-w-xl">
      <h1 className="text-title">{t("title")}</h1>
      <p className="mt-2 mb-6 text-soft">{t("lead")}</p>
      <FrozenAccounts currencies={frozen} />
      <Panel>
        {search.notice === "unfinished" ? <Unfinished /> : null}
        {first === undefined ? (
          <p className="text-soft">{t("noAccount")}</p>
        ) : (
          <TransferForm
            place={place}
            state={state}
            patterns={[first, ...others]}
            defaultCurrency={usualCurrency ?? first.currency}
            recipients={recipients}
          />
        )}
      </Panel>
    </div>
  );
}
