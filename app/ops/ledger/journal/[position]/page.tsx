import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { getFormatter, getLocale, getTranslations } from "next-intl/server";
import { Copyable } from "@/components/ops/copyable";
import { Facts } from "@/components/ops/facts";
import { LedgerNav } from "@/components/ops/ledger/ledger-nav";
import { PageHead } from "@/components/ops/page-head";
import { Panel } from "@/components/ui/panel";
import { findSeal } from "@/db/ledger/views/journal";
import { formatMoney } from "@/lib/money";
import { authorizePage } from "@/server/identity/authorize";
import { kindText } from "@/server/ops/kind-text";
import { countIn } from "@/server/ops/ledger-query";

type Props = { params: Promise<{ position: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const [{ position }, t] = await Promise.all([params, getTranslations("opsLedger")]);
  return { title: `${t("journal")} ${position}` };
}

/** One seal: its hash, the one that it covers, and the movement with both sides. */
export default async function SealPage({ params }: Props) {
  const asked = (await params).position;
  await authorizePage("/ops/ledger/journal/[position]", `/ops/ledger/journal/${asked}`);
  const position = countIn(asked);
  if (position === undefined) notFound();
  const [found, t, locale, format, nameOf] = await Promise.all([
    findSeal(position),
    getTranslations("opsLedger"),
    getLocale(),
    getFormatter(),
    kindText(),
  ]);
  if (found === undefined) notFound();
  const { seal, hashBefore } = found;
  const money = (minor: bigint) => formatMoney(minor, seal.currency, locale);
  const link = "inline-flex min-h-11 items-center text-accent-text underline underline-offset-4";
  const sideOf = ({ accountId, handle, balanceMinor, version }: typeof seal.debit) => (
    <span key={accountId} className="block">
      <Link href={`/ops/ledger/accounts/${accountId}`} prefetch={false} className={link}>
        {handle === null ? t("house") : <bdi>{`@${handle}`}</bdi>}
      </Link>
      <span className="block text-sm text-soft">
        {t("sideAfter", { version: format.number(version), balance: money(balanceMinor) })}
      </span>
    </span>
  );
  return (
    <>
      <PageHead title={t("sealTitle", { position: format.number(position) })} />
      <LedgerNav at="journal" />
      <Panel>
        <Facts
          facts={[
            [t("what"), nameOf(seal.kind)],
            [
              t("amount"),
              <span key="amount" className="figures font-semibold">
                {money(seal.amountMinor)}
              </span>,
            ],
            [t("debit"), sideOf(seal.debit)],
            [t("credit"), sideOf(seal.credit)],
            [t("when"), format.dateTime(seal.at, "instant")],
            [t("sealedAt"), format.dateTime(seal.sealedAt, "instant")],
            [
              t("payment"),
              <Copyable key="payment" id={seal.paymentId} href={`/ops/payments/${seal.paymentId}`} />,
            ],
            [t("hash"), <Copyable key="hash" id={seal.hash} />],
            [
              t("hashBefore"),
              hashBefore === undefined ? (
                t("noneBefore")
              ) : (
                <Copyable key="before" id={hashBefore} href={`/ops/ledger/journal/${position - 1n}`} />
              ),
            ],
          ]}
        />
      </Panel>
    </>
  );
}
