import { useFormatter, useLocale, useTranslations } from "next-intl";
import { formatMoney } from "@/lib/money";
import type { Receipt, TransferSide } from "@/lib/receipt";
import { PartyName } from "./party";

/** The two entries of a payment in the ledger, and where the journal has them; or that there are none. */
export function ReceiptEntries({
  receipt: { payment, proof },
  viewerId,
}: {
  receipt: Receipt;
  viewerId: string;
}) {
  const t = useTranslations("receipt");
  const format = useFormatter();
  const locale = useLocale();
  const money = (amountMinor: string): string => formatMoney(amountMinor, payment.currency, locale);
  const { transfer, seal } = proof;
  return (
    <section aria-labelledby="entries" className="mt-6">
      <h3 id="entries" className="font-semibold">
        {t("ledgerTitle")}
      </h3>
      {transfer === undefined ? (
        <p className="mt-1">{t("nothingMoved")}</p>
      ) : (
        <>
          <dl className="mt-2 grid gap-3 sm:grid-cols-2">
            {(
              [
                ["debit", "−", transfer.debit],
                ["credit", "+", transfer.credit],
              ] as const
            ).map(([name, sign, side]) => (
              <div key={name} className="break-inside-avoid rounded-xl border border-line p-4">
                <dt className="text-sm font-medium text-soft">{t(name)}</dt>
                <dd className="figures">
                  <span className="block text-lg font-semibold">{`${sign}${money(payment.amountMinor)}`}</span>
                  <span className="block wrap-anywhere">
                    <PartyName party={side.party} viewerId={viewerId} />
                  </span>
                  <span className="block text-xs break-all text-faint">
                    {t("account", { currency: payment.currency, id: side.accountId })}
                  </span>
                  <Own side={side} money={money} />
                </dd>
              </div>
            ))}
          </dl>
          <p className="mt-3 text-sm text-soft">{t("othersBalance")}</p>
          <p className="mt-2 text-sm text-soft">{t("sealedText")}</p>
          <dl className="mt-4">
            <dt className="font-semibold">{t("journal")}</dt>
            <dd className="figures">
              {seal === undefined
                ? t("notSealed")
                : t("sealed", {
                    position: seal.position,
                    when: format.dateTime(new Date(seal.sealedAt), "instant"),
                  })}
            </dd>
          </dl>
        </>
      )}
    </section>
  );
}

/** Which entry of their account it is, and what it left there: for its owner alone. */
function Own({ side, money }: { side: TransferSide; money: (amountMinor: string) => string }) {
  const t = useTranslations("receipt");
  if (side.own === undefined) return null;
  const { entryNumber, balanceAfterMinor } = side.own;
  return (
    <span className="mt-2 block text-sm">
      {t("ownEntry", { number: entryNumber, balance: money(balanceAfterMinor) })}
    </span>
  );
}
