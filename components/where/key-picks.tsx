import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import type { ReactElement } from "react";
import { OpenKeyName } from "@/components/activity/open-key-list";
import { useWhen } from "@/components/site/when";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";
import type { Movement } from "@/lib/activity/movement";
import type { OpenKey } from "@/lib/activity/open-key";
import { formatMoney } from "@/lib/money";

/** Somebody's open keys, each a link to what is known of it. */
export function OpenKeyPicks({ openKeys }: { openKeys: readonly OpenKey[] }) {
  const t = useTranslations("where");
  const stateOf = ({ arrivals, isChecking }: OpenKey) => {
    if (arrivals === 0) return t("keyOpen");
    return t(isChecking ? "keyChecking" : "keyNotAccepted");
  };
  return (
    <ul className="divide-y divide-line">
      {openKeys.map((openKey) => (
        <Pick key={openKey.key} keyText={openKey.key} beside={stateOf(openKey)}>
          <OpenKeyName openKey={openKey} />
        </Pick>
      ))}
    </ul>
  );
}

/** The latest payments, each a link to what is known of its key. */
export function MovementPicks({ movements }: { movements: readonly Movement[] }) {
  const t = useTranslations();
  const locale = useLocale();
  const when = useWhen();
  return (
    <ul className="divide-y divide-line">
      {movements.map(({ id, party, direction, amountMinor, currency, at }) => {
        const name = party?.name ?? t("site.name");
        return (
          <Pick
            key={id}
            keyText={id}
            beside={`${direction === "out" ? "−" : "+"}${formatMoney(amountMinor, currency, locale)}`}
          >
            <span className="block min-w-0">
              <span className="block truncate font-medium">
                {inElements(
                  direction === "out"
                    ? t.rich("activity.toName", { name, bdi })
                    : t.rich("activity.fromName", { name, bdi }),
                )}
              </span>
              <time dateTime={at.toISOString()} className="text-sm text-soft">
                {when(at.toISOString())}
              </time>
            </span>
          </Pick>
        );
      })}
    </ul>
  );
}

function Pick({ keyText, beside, children }: { keyText: string; beside: string; children: ReactElement }) {
  return (
    <li>
      <Link
        href={`/where?key=${keyText}`}
        prefetch={false}
        className="-mx-2 flex min-h-14 items-center gap-3 rounded-xl px-2 py-2 hover:bg-wash"
      >
        <span className="min-w-0 flex-1">{children}</span>
        <span className="figures shrink-0 text-sm text-soft">{beside}</span>
        <ChevronRight aria-hidden="true" className="size-5 shrink-0 text-faint" />
      </Link>
    </li>
  );
}
