import { useTranslations } from "next-intl";
import { cn } from "@/components/ui/cn";
import type { OrderState as State } from "@/lib/api/order";

const LOOKS: Record<State, string> = {
  open: "bg-wait-wash text-wait-text",
  paid: "bg-accent-wash text-accent-text",
  cancelled: "bg-wash text-soft",
  expired: "bg-wash text-soft",
};

/** An order's state in a word, which its colour only repeats. */
export function OrderState({ state }: { state: State }) {
  const t = useTranslations("order");
  return (
    <span className={cn("rounded-md px-2 py-0.5 text-sm font-medium whitespace-nowrap", LOOKS[state])}>
      {t(`state_${state}`)}
    </span>
  );
}
