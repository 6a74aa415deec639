import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { OpenKeyList } from "@/components/activity/open-key-list";
import { bdi } from "@/components/ui/bdi";
import { Button } from "@/components/ui/button";
import { inElements } from "@/components/ui/in-elements";
import type { OpenKey } from "@/lib/activity/open-key";
import type { Purpose } from "@/lib/api/payment";

/**
 * Asks before a payment that may be a second one: while others of the payer's may still be carried out, and
 * where it looks like one of minutes ago, which they may believe was lost. `amount` is for people; `goOn` leads to
 * the same page, which then does not ask about these again.
 */
export function AsksFirst({
  kind,
  question: { inDoubt, lookalike },
  otherName,
  amount,
  goOn,
}: {
  kind: Purpose["kind"];
  question: { inDoubt: readonly OpenKey[]; lookalike: { id: string; settledAt: Date } | undefined };
  /** Who is paid, or paid back. */
  otherName: string;
  amount: string;
  goOn: string;
}) {
  const t = useTranslations("asksFirst");
  const format = useFormatter();
  return (
    <div role="alert" className="rounded-xl border border-wait-line bg-wait-wash p-4">
      {inDoubt.length === 0 ? null : (
        <>
          <p className="font-semibold text-wait-text">{t("inDoubt", { count: inDoubt.length })}</p>
          <p className="mt-1 mb-4 text-sm">{t("inDoubtText", { count: inDoubt.length })}</p>
          <OpenKeyList openKeys={inDoubt} />
        </>
      )}
      {lookalike === undefined ? null : (
        <div className="not-first:mt-4 not-first:border-t not-first:border-wait-line not-first:pt-4">
          <p className="font-semibold text-wait-text">
            {inElements(
              t.rich(`again_${kind}`, {
                name: otherName,
                amount,
                ago: format.relativeTime(lookalike.settledAt, new Date()),
                bdi,
              }),
            )}
          </p>
          <p className="mt-1 text-sm">{t("againText")}</p>
        </div>
      )}
      <div className="mt-4 flex flex-col gap-3 sm:flex-row">
        {lookalike === undefined ? null : (
          <Button asChild size="large">
            <Link href={`/payments/${lookalike.id}`} prefetch={false}>
              {t("receipt")}
            </Link>
          </Button>
        )}
        <Button asChild size="large" look="quiet">
          {/* A plain link: the page is asked for anew, and what was paid since is seen. */}
          <a href={goOn}>{t(inDoubt.length === 0 ? `yes_${kind}` : `despite_${kind}`)}</a>
        </Button>
      </div>
    </div>
  );
}
