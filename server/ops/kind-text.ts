/** What a payment is called in the console. */
import { getTranslations } from "next-intl/server";
import { PAYMENT_KINDS } from "@/lib/api/payment";

/** Names kinds in the reader's language; one that only a newer build knows goes by its own name. */
export async function kindText(): Promise<(kind: string) => string> {
  const t = await getTranslations("payment");
  return (kind) => {
    const known = PAYMENT_KINDS.find((one) => one === kind);
    return known === undefined ? kind : t(`kind_${known}`);
  };
}
