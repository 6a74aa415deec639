import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { PlainPayForm } from "@/components/checkout/plain-pay-form";
import { UnreadPayForm } from "@/components/checkout/unread-pay-form";
import { TransferFacts } from "@/components/send/transfer-facts";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";
import { Panel } from "@/components/ui/panel";
import { findPaymentOf } from "@/db/payments/views/earlier";
import type { Purpose } from "@/lib/api/payment";
import { parse, transferRequest, uuid } from "@/lib/api/requests";
import { formatMoney } from "@/lib/money";
import { TRANSFER_FIELDS, transferPayload, transferReviewPath } from "@/lib/pay/drafts/transfer";
import { placeOf } from "@/lib/pay/place";
import { plainFormPath } from "@/lib/plain-form-path";
import { authorizePage } from "@/server/identity/authorize";
import { whileReachable } from "@/server/identity/while-reachable";
import { checkTransfer } from "@/server/pay/check-transfer";
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
  const t = await getTranslations("send");
  return { title: t("reviewTitle") };
}

/**
 * A transfer without JavaScript, after "Continue": its key and all that it pays stand in the address, so that a reload shows the
 * same form, for whoever opened it. To read it writes nothing.
 */
export default async function PlainTransferPage({
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
  const query = queryOf(search);
  const carried = fieldsOf(query, TRANSFER_FIELDS);
  const beside = fieldsOf(query, BESIDE);
  const form = readPlainForm(search);
  const review = transferReviewPath(place, carried, beside.despite);
  if (form === undefined) {
    await authorizePage("/send/[intentId]/form", review);
    redirect(review);
  }
  const { key, userId } = form;
  const address = plainFormPath({ place, key, userId, carried: { ...carried, ...beside } }, form.notice);
  const parsed = parse(transferRequest, carried);
  const [read, t, locale] = await Promise.all([
    whileReachable("/send/[intentId]/form", async () => {
      const viewer = await authorizePage("/send/[intentId]/form", address, userId);
      const [known, paid, checked, notice] = await Promise.all([
        stateOfPlainForm(viewer.id, key, purpose),
        findPaymentOf(viewer.id, purpose),
        parsed.ok ? checkTransfer(viewer.id, parsed.value) : undefined,
        noticeOfPlainForm(viewer.id, form, address, carried.currency),
      ]);
      return { viewer, known, paid, checked, notice };
    }),
    getTranslations("send"),
    getLocale(),
  ]);
  if (read === undefined) {
    return (
      <UnreadPayForm
        userId={userId}
        idempotencyKey={key}
        purpose={purpose}
        payload={
          parsed.ok ? { ...transferPayload(parsed.value), amountMinor: parsed.value.amountMinor } : undefined
        }
        currency={carried.currency}
        beside={beside}
        address={address}
      />
    );
  }
  const { viewer, known, paid, checked, notice } = read;
  // Paid with another key since: what became of this one would read as if nothing were.
  if (paid !== undefined) redirect(`/payments/${paid}`);
  if (!parsed.ok || checked?.ok !== true) redirect(review);
  const { recipient, balanceAfterMinor } = checked.value;
  const { amountMinor, currency } = parsed.value;
  return (
    <div className="mx-auto w-full max-w-xl">
      <h1 className="mb-6 text-title wrap-anywhere">
        {inElements(t.rich("reviewHeading", { name: recipient.name, bdi }))}
      </h1>
      <Panel>
        <TransferFacts transfer={{ ...parsed.value, recipient, balanceAfterMinor }} />
        <div className="mt-6">
          <PlainPayForm
            userId={viewer.id}
            purpose={purpose}
            payload={transferPayload(parsed.value)}
            beside={beside}
            idempotencyKey={key}
            currency={currency}
            amount={formatMoney(amountMinor, currency, locale)}
            otherName={recipient.name}
            known={known}
            notice={notice}
          />
        </div>
        <p className="mt-5 border-t border-line pt-4 text-center text-sm text-soft">
          {inElements(t.rich("payingAs", { name: viewer.name, bdi }))}
        </p>
      </Panel>
    </div>
  );
}
