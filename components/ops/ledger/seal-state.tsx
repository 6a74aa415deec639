import { CircleAlert, CircleCheck, Clock } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { cn } from "@/components/ui/cn";
import { Panel } from "@/components/ui/panel";
import { Copyable } from "../copyable";

/** How far sealing is behind, why where it cannot go on, and the journal's anchor. `isMany`: there are more than are counted. */
export function SealState({
  position,
  anchor,
  unsealed,
  isMany,
  oldest,
  stall,
}: {
  position: bigint;
  /** The end of the journal and its hash (db/ledger/anchor.ts). */
  anchor: string;
  unsealed: number;
  isMany: boolean;
  oldest: Date | undefined;
  stall: { type: "held-up"; seconds: number } | { type: "foreign" } | undefined;
}) {
  const t = useTranslations("opsLedger");
  const format = useFormatter();
  const Mark = stall ? CircleAlert : unsealed === 0 ? CircleCheck : Clock;
  return (
    <Panel
      aria-label={t("sealing")}
      className={cn("mb-6", stall && "border-alert-line! bg-alert-wash! text-alert-text")}
    >
      <p
        role={stall ? "alert" : undefined}
        className={cn(
          "flex items-center gap-2 text-lg font-semibold",
          stall ? "text-alert-text" : unsealed === 0 ? "text-accent-text" : "text-wait-text",
        )}
      >
        <Mark aria-hidden="true" className="size-5 shrink-0" />
        <span>{t(stall ? `stalled_${stall.type}` : unsealed === 0 ? "allSealed" : "sealingGoesOn")}</span>
      </p>
      {stall === undefined ? null : (
        <p className="mt-1">
          {stall.type === "held-up"
            ? t("stalledText_held-up", { seconds: stall.seconds })
            : t("stalledText_foreign")}
        </p>
      )}
      <dl className="mt-3 grid grid-cols-1 gap-x-6 gap-y-2 sm:grid-cols-3">
        {(
          [
            [t("journalEnd"), format.number(position)],
            [t("unsealed"), isMany ? t("moreThan", { count: unsealed }) : format.number(unsealed)],
            [t("oldestUnsealed"), oldest === undefined ? "–" : format.dateTime(oldest, "moment")],
          ] as const
        ).map(([name, value]) => (
          <div key={name}>
            <dt className={cn("text-sm", stall ? undefined : "text-soft")}>{name}</dt>
            <dd className="figures">{value}</dd>
          </div>
        ))}
      </dl>
      <div className={cn("mt-4 border-t pt-3", stall ? "border-alert-line" : "border-line")}>
        <p className={cn("text-sm", stall ? undefined : "text-soft")}>{t("anchor")}</p>
        <Copyable id={anchor} />
        <p className={cn("mt-1 max-w-prose text-sm", stall ? undefined : "text-soft")}>{t("anchorText")}</p>
      </div>
    </Panel>
  );
}
