import { useTranslations } from "next-intl";
import { cn } from "@/components/ui/cn";
import type { Order, OrderState as State } from "@/lib/api/order";

type Shown = State | "refunded" | "partlyRefunded";

const LOOKS: Record<Shown, string> = {
  open: "bg-wait-wash text-wait-text",
  paid: "bg-accent-wash text-accent-text",
  partlyRefunded: "bg-wait-wash text-wait-text",
  refunded: "bg-wash text-soft",
  cancelled: "bg-wash text-soft",
  expired: "bg-wash text-soft",
};

/**
 * An order's state in a word, which its colour only repeats: what was paid back counts. `refundedMinor` in minor units of its
 * currency, absent where nothing was.
 */
export function OrderState({
  order: { state, totalMinor },
  refundedMinor,
}: {
  order: Pick<Order, "state" | "totalMinor">;
  refundedMinor: bigint | undefined;
}) {
  const t = useTranslations("order");
  const shown: Shown =
    refundedMinor === undefined
      ? state
      : refundedMinor.toString() === totalMinor
        ? "refunded"
        : "partlyRefunded";
  return (
    <span className={cn("rounded-md px-2 py-0.5 text-sm font-medium whitespace-nowrap", LOOKS[shown])}>
      {t(`state_${shown}`)}
    </span>
  );
}
