/** What a payment is called in the console. */
import { getTranslations } from "next-intl/server";
import { PAYMENT_KINDS } from "@/lib/api/payment";

/** Names kinds in the reader's language, as `useKindName` does; one that only a newer build knows goes by its own name. */
export async function kindText(): Promise<(kind: string) => string> {
  const [t, tLedger] = await Promise.all([getTranslations("payment"), getTranslations("opsLedger")]);
  return (kind) => {
    const known = PAYMENT_KINDS.find((one) => one === kind);
    if (known === "adjustment") return tLedger("adjustment");
    return known === undefined ? kind : t(`kind_${known}`);
  };
}
