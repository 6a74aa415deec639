import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { looksLikeEarlier } from "@/app/looks-like-earlier-action";
import { payNow } from "@/app/pay-action";
import { FrozenAccounts } from "@/components/account/frozen-accounts";
import { AsksFirst } from "@/components/checkout/asks-first";
import { PayForm } from "@/components/checkout/pay-form";
import { TransferFacts } from "@/components/send/transfer-facts";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";
import { Panel } from "@/components/ui/panel";
import { listFrozenCurrencies } from "@/db/ledger/accounts";
import { findPaymentOf } from "@/db/payments/views/earlier";
import type { Purpose } from "@/lib/api/payment";
import { parse, transferRequest, uuid } from "@/lib/api/requests";
import { formatMoney, moneyPattern } from "@/lib/money";
import { writeFigures } from "@/lib/money-pattern";
import {
  TRANSFER_FIELDS,
  transferFormPath,
  transferPayload,
  transferReviewPath,
} from "@/lib/pay/drafts/transfer";
import { placeOf } from "@/lib/pay/place";
import { pageNonce } from "@/server/http/request/nonce";
import { authorizePage } from "@/server/identity/authorize";
import { checkTransfer } from "@/server/pay/check-transfer";
import { fieldsOf, pathWith, queryOf, type SearchParams } from "@/server/pay/plain-form";
import { questionOf } from "@/server/pay/question";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("send");
  return { title: t("reviewTitle") };
}

/** Names all that a transfer does, and lets it be paid. Its fields stand in the query and are checked anew; it writes nothing. */
export default async function TransferReviewPage({
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
  const address = pathWith(`${place}/review`, search);
  const viewer = await authorizePage("/send/[intentId]/review", address);
  const [paid, t, locale] = await Promise.all([
    findPaymentOf(viewer.id, purpose),
    getTranslations("send"),
    getLocale(),
  ]);
  if (paid !== undefined) redirect(`/payments/${paid}`);
  const query = queryOf(search);
  const despite = query.get("despite") ?? undefined;
  const parsed = parse(transferRequest, fieldsOf(query, TRANSFER_FIELDS));
  if (!parsed.ok) redirect(place);
  const { payee, amountMinor, currency, note } = parsed.value;
  const typed = {
    payee,
    amount: writeFigures(amountMinor, moneyPattern(currency, locale)),
    currency,
    ...(note === undefined ? {} : { note }),
  };
  const checked = await checkTransfer(viewer.id, parsed.value);
  if (!checked.ok) redirect(transferFormPath(place, typed, "checked"));
  const { recipient, balanceAfterMinor } = checked.value;
  const amount = formatMoney(amountMinor, currency, locale);
  const payload = transferPayload(parsed.value);
  const [question, frozen] = await Promise.all([
    questionOf(viewer.id, purpose, payload, despite),
    listFrozenCurrencies(viewer.id),
  ]);
  return (
    <div className="mx-auto w-full max-w-xl">
      <h1 className="mb-6 text-title wrap-anywhere">
        {inElements(t.rich("reviewHeading", { name: recipient.name, bdi }))}
      </h1>
      <FrozenAccounts currencies={frozen.filter((one) => one === currency)} />
      <Panel>
        <TransferFacts transfer={{ ...parsed.value, recipient, balanceAfterMinor }} />
        <div className="mt-6">
          {question !== undefined ? (
            <AsksFirst
              kind="transfer"
              question={question}
              otherName={recipient.name}
              amount={amount}
              goOn={transferReviewPath(place, payload, question.goOn)}
            />
          ) : (
            <PayForm
              userId={viewer.id}
              userName={viewer.name}
              otherName={recipient.name}
              purpose={purpose}
              payload={payload}
              {...(despite === undefined ? {} : { beside: { despite } })}
              asksFirst={looksLikeEarlier}
              currency={currency}
              amount={amount}
              returnTo={address}
              nonce={await pageNonce()}
              payNow={payNow}
            />
          )}
        </div>
        <p className="mt-5 flex flex-wrap items-center justify-between gap-x-6 border-t border-line pt-3 text-sm text-soft">
          <span>{inElements(t.rich("payingAs", { name: viewer.name, bdi }))}</span>
          <a
            href={transferFormPath(place, typed)}
            className="flex min-h-11 items-center font-semibold text-accent-text underline-offset-4 hover:underline"
          >
            {t("change")}
          </a>
        </p>
      </Panel>
    </div>
  );
}
