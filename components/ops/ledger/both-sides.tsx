import Link from "next/link";
import { useTranslations } from "next-intl";

type Account = { id: string; owner: { name: string; handle: string } | null; isClosed: boolean };

/** Both sides of a correction: whose, what they hold now, and, while it is pending, after it. */
export function BothSides({
  sides,
}: {
  sides: readonly {
    side: "debit" | "credit";
    account: Account;
    now: string;
    after: string | undefined;
    /** It would be declined: less than the floor would be left. */
    lacks: boolean;
  }[];
}) {
  const t = useTranslations("opsLedger");
  return (
    <ul className="grid grid-cols-1 gap-3 sm:grid-cols-2">
      {sides.map(({ side, account, now, after, lacks }) => (
        <li key={side} className="rounded-xl border border-line p-4">
          <p className="text-sm text-soft">{t(side)}</p>
          <p className="font-semibold wrap-anywhere">
            <Link
              href={`/ops/ledger/accounts/${account.id}`}
              prefetch={false}
              className="inline-flex min-h-11 items-center text-accent-text underline underline-offset-4"
            >
              {account.owner === null ? (
                t("house")
              ) : (
                <bdi>{`${account.owner.name} (@${account.owner.handle})`}</bdi>
              )}
            </Link>
          </p>
          <dl className="mt-1 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
            <dt className="text-sm text-soft">{t("now")}</dt>
            <dd className="figures text-right wrap-anywhere">{now}</dd>
            {after === undefined ? null : (
              <>
                <dt className="text-sm text-soft">{t("afterwards")}</dt>
                <dd className="figures text-right font-semibold wrap-anywhere">{after}</dd>
              </>
            )}
          </dl>
          {account.isClosed ? <p className="mt-2 text-sm text-alert-text">{t("isFrozen")}</p> : null}
          {lacks ? <p className="mt-2 text-sm text-alert-text">{t("lacks")}</p> : null}
        </li>
      ))}
    </ul>
  );
}
