import { useTranslations } from "next-intl";
import type { Payment } from "@/lib/api/payment";

/** Names kinds as the console does: as payers read them, but for an adjustment, which operators call by the name it is asked for by. */
export function useKindName(): (kind: Payment["kind"]) => string {
  const [t, tLedger] = [useTranslations("payment"), useTranslations("opsLedger")];
  return (kind) => (kind === "adjustment" ? tLedger("adjustment") : t(`kind_${kind}`));
}
