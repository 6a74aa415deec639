import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { PlainPayForm } from "@/components/checkout/plain-pay-form";
import { UnreadPayForm } from "@/components/checkout/unread-pay-form";
import { TopUpFacts } from "@/components/top-up/top-up-facts";
import { Panel } from "@/components/ui/panel";
import { findPaymentOf } from "@/db/payments/views/earlier";
import type { Purpose } from "@/lib/api/payment";
import { parse, topUpRequest, uuid } from "@/lib/api/requests";
import { formatMoney } from "@/lib/money";
import { TOP_UP_FIELDS, topUpReviewPath } from "@/lib/pay/drafts/top-up";
import { placeOf } from "@/lib/pay/place";
import { plainFormPath } from "@/lib/plain-form-path";
import { authorizePage } from "@/server/identity/authorize";
import { whileReachable } from "@/server/identity/while-reachable";
import { isDemo } from "@/server/lifecycle/environment";
import { checkTopUp } from "@/server/pay/check-top-up";
import {
  BESIDE,
  fieldsOf,
  noticeOfPlainForm,
  queryOf,
  readPlainForm,
  type SearchParams,
  stateOfPlainForm,
} from "@/server/pay/plain-form";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("topUp");
  return { title: t("title") };
}

/** A top-up without JavaScript, after "Continue": its key and its amount stand in the address. Demo only. */
export default async function PlainTopUpPage({
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
  const query = queryOf(search);
  const carried = fieldsOf(query, TOP_UP_FIELDS);
  const beside = fieldsOf(query, BESIDE);
  const review = topUpReviewPath(place, carried, beside.despite);
  const form = readPlainForm(search);
  if (form === undefined) {
    await authorizePage("/top-up/[intentId]/form", review);
    redirect(review);
  }
  const { key, userId } = form;
  const address = plainFormPath({ place, key, userId, carried: { ...carried, ...beside } }, form.notice);
  const [read, t, locale] = await Promise.all([
    whileReachable("/top-up/[intentId]/form", async () => {
      const viewer = await authorizePage("/top-up/[intentId]/form", address, userId);
      if (!isDemo()) notFound();
      const [known, paid, topUp, notice] = await Promise.all([
        stateOfPlainForm(viewer.id, key, purpose),
        findPaymentOf(viewer.id, purpose),
        checkTopUp(viewer.id, query),
        // What is frozen is not paid from, but into: that is a decline.
        noticeOfPlainForm(viewer.id, form, address, undefined),
      ]);
      return { viewer, known, paid, topUp, notice };
    }),
    getTranslations("topUp"),
    getLocale(),
  ]);
  if (read === undefined) {
    const asked = parse(topUpRequest, carried);
    return (
      <UnreadPayForm
        userId={userId}
        idempotencyKey={key}
        purpose={purpose}
        payload={
          asked.ok ? { amountMinor: asked.value.amountMinor, currency: asked.value.currency } : undefined
        }
        currency={carried.currency}
        beside={beside}
        address={address}
      />
    );
  }
  const { viewer, known, paid, topUp, notice } = read;
  // Done with another key since: what became of this one would read as if nothing were.
  if (paid !== undefined) redirect(`/payments/${paid}`);
  if (topUp === undefined) redirect(place);
  const { amountMinor, currency, account } = topUp;
  return (
    <div className="mx-auto w-full max-w-xl">
      <h1 className="mb-6 text-title">{t("title")}</h1>
      <Panel>
        <TopUpFacts amountMinor={amountMinor} account={account} />
        <div className="mt-6">
          <PlainPayForm
            userId={viewer.id}
            purpose={purpose}
            payload={{ amountMinor, currency }}
            beside={beside}
            idempotencyKey={key}
            currency={currency}
            amount={formatMoney(amountMinor, currency, locale)}
            otherName={viewer.name}
            known={known}
            notice={notice}
          />
        </div>
      </Panel>
    </div>
  );
}
