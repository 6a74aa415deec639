import { useFormatter, useLocale, useTranslations } from "next-intl";
import type { Payment } from "@/lib/api/payment";
import { issuedAtOf } from "@/lib/key-time";
import { formatMoney } from "@/lib/money";
import { type KeyLine, KeyTable } from "./key-table";

/** An open key that was found. */
export type ListedKey = {
  key: string;
  kind: Payment["kind"];
  owner: { id: string; name: string; handle: string } | null;
  openedAt: Date;
  arrivals: number;
  order: { description: string; totalMinor: bigint; currency: string } | null;
};

/** Open keys as a table, in the reader's language; ages are as of `now`. */
export function KeyList({ keys, now, empty }: { keys: readonly ListedKey[]; now: Date; empty: string }) {
  const t = useTranslations("opsKeys");
  const format = useFormatter();
  const locale = useLocale();
  const lines = keys.map((found): KeyLine => {
    const issuedAt = issuedAtOf(found.key);
    return {
      key: found.key,
      href: `/ops/keys/${found.key}`,
      purpose: t(`purpose_${found.kind}`),
      description: found.order?.description,
      amount: found.order ? formatMoney(found.order.totalMinor, found.order.currency, locale) : undefined,
      owner: found.owner
        ? { name: found.owner.name, handle: found.owner.handle, href: `/ops/people/${found.owner.id}` }
        : undefined,
      age: format.relativeTime(issuedAt === undefined ? found.openedAt : new Date(issuedAt), now),
      openedAt: found.openedAt.toISOString(),
      opened: t("opened", { when: format.dateTime(found.openedAt, "short") }),
      arrivals: t("arrivalCount", { count: found.arrivals }),
      hasArrivals: found.arrivals > 0,
    };
  });
  const headers = {
    key: t("columnKey"),
    purpose: t("columnPurpose"),
    owner: t("columnOwner"),
    age: t("columnAge"),
    arrivals: t("columnArrivals"),
  };
  return <KeyTable lines={lines} headers={headers} caption={t("caption")} empty={empty} />;
}
