import Link from "next/link";
import { useTranslations } from "next-intl";
import { useWhen } from "@/components/site/when";
import { cn } from "@/components/ui/cn";
import type { LastReconciliation } from "@/lib/ops/health";

const LOOKS: Record<LastReconciliation["books"], string> = {
  right: "border-line bg-accent-wash text-accent-text",
  wrong: "border-alert-line bg-alert-wash text-alert-text",
  unsure: "border-wait-line bg-wait-wash text-wait-text",
  unchecked: "border-line bg-wash text-ink",
};

/** What is known of the books, and what that rests on. */
export function Verdict({ last }: { last: LastReconciliation }) {
  const t = useTranslations("opsReconcile");
  const when = useWhen();
  return (
    <div className={cn("mb-4 rounded-2xl border p-4", LOOKS[last.books])}>
      <p className="text-lg font-semibold tracking-tight">{t(`books_${last.books}`)}</p>
      <p className="mt-1 text-sm">{t(`booksText_${last.books}`)}</p>
      {last.wrongRunId === undefined ? null : (
        <p className="text-sm">
          <Link
            href={`/ops/reconcile/${last.wrongRunId}`}
            prefetch={false}
            className="inline-flex min-h-11 items-center font-semibold underline underline-offset-4"
          >
            {t("toFindings")}
          </Link>
        </p>
      )}
      {last.lastFull ? (
        <p className="mt-2 text-sm">
          {t("lastFull", { when: when(last.lastFull.finishedAt.toISOString()) })}
        </p>
      ) : null}
      {last.lastIncremental ? (
        <p className="text-sm">
          {t("lastIncremental", { when: when(last.lastIncremental.finishedAt.toISOString()) })}
        </p>
      ) : null}
    </div>
  );
}
