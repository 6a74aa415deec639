import Link from "next/link";
import { useTranslations } from "next-intl";

/** What a form of a payment link's page says that led back to it. */
export const LINK_NOTICES = [
  "again",
  "quantity",
  "used",
  "capped",
  "cancelled",
  "paid-first",
  "cancel-unknown",
] as const;

/** Of an order that is there: said whatever has become of the link since. The others lead to ordering once more. */
const OF_ORDERS: readonly unknown[] = ["cancelled", "paid-first", "cancel-unknown"];

/**
 * What became of what was sent from a payment link's page. `button`: what makes an order; absent where nothing can be ordered
 * (any more). `order`: one of the viewer's own that it speaks of.
 */
export function LinkNotice({
  notice,
  button,
  order,
}: {
  notice: (typeof LINK_NOTICES)[number] | undefined;
  button: string | undefined;
  order: string | undefined;
}) {
  const t = useTranslations("payLink");
  if (notice === undefined) return null;
  const isOrdered = notice === "again" && order !== undefined;
  if (button === undefined && !isOrdered && !OF_ORDERS.includes(notice)) return null;
  return (
    <div role="status" className="mb-4 rounded-xl border border-line bg-accent-wash p-4">
      <p>{isOrdered ? t("notice_again_ordered") : t(`notice_${notice}`, { button: button ?? "" })}</p>
      {order === undefined ? null : (
        <p className="mt-1">
          <Link
            href={`/checkout/${order}`}
            prefetch={false}
            className="inline-flex min-h-11 items-center text-accent-text underline underline-offset-4"
          >
            {t("openOrder")}
          </Link>
        </p>
      )}
    </div>
  );
}
