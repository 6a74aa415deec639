import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { FrozenAccounts } from "@/components/account/frozen-accounts";
import { Unfinished } from "@/components/form/unfinished";
import { TopUpForm } from "@/components/top-up/top-up-form";
import { Panel } from "@/components/ui/panel";
import { listAccounts, listFrozenCurrencies } from "@/db/ledger/accounts";
import { findPaymentOf, findUsualCurrency } from "@/db/payments/views/earlier";
import type { Purpose } from "@/lib/api/payment";
import { uuid } from "@/lib/api/requests";
import { moneyPattern } from "@/lib/money";
import { placeOf } from "@/lib/pay/place";
import { authorizePage } from "@/server/identity/authorize";
import { isDemo } from "@/server/lifecycle/environment";
import { readSentTopUp } from "@/server/pay/check-top-up";
import { pathWith, queryOf, type SearchParams } from "@/server/pay/plain-form";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("topUp");
  return { title: t("title") };
}

/** How much play money to pay in. Demo only; elsewhere there is no such page. */
export default async function TopUpFormPage({
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
  const viewer = await authorizePage("/top-up/[intentId]", pathWith(place, search));
  if (!isDemo()) notFound();
  const [paid, accounts, frozen, usualCurrency, t, locale] = await Promise.all([
    findPaymentOf(viewer.id, purpose),
    listAccounts(viewer.id),
    listFrozenCurrencies(viewer.id),
    findUsualCurrency(viewer.id),
    getTranslations("topUp"),
    getLocale(),
  ]);
  if (paid !== undefined) redirect(`/payments/${paid}`);
  const { state } = await readSentTopUp(viewer.id, queryOf(search), locale);
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
          <TopUpForm
            place={place}
            state={state}
            patterns={[first, ...others]}
            defaultCurrency={usualCurrency ?? first.currency}
          />
        )}
      </Panel>
    </div>
  );
}
