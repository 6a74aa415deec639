import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { useWhen } from "@/components/site/when";
import { cn } from "@/components/ui/cn";
import { formatMoney } from "@/lib/money";
import type { PaymentLink } from "@/lib/orders/payment-link";

/** A merchant's payment links. Each leads to its page. */
export function LinkList({ links }: { links: PaymentLink[] }) {
  const t = useTranslations("merchant");
  const when = useWhen();
  const locale = useLocale();
  return (
    <ul className="divide-y divide-line">
      {links.map((link) => (
        <li key={link.id}>
          <Link
            href={`/links/${link.id}`}
            prefetch={false}
            className="-mx-2 flex min-h-16 items-center gap-3 rounded-xl px-2 py-3 hover:bg-wash"
          >
            <span className="flex min-w-0 flex-1 flex-wrap items-center gap-x-4 gap-y-1">
              <span className="min-w-0 flex-1 basis-40">
                <span className="line-clamp-2 font-medium wrap-anywhere">
                  <bdi>{link.description}</bdi>
                </span>
                <span className="block text-sm text-soft">
                  {link.quantityMax === undefined ? t("onceEach") : t("upTo", { max: link.quantityMax })}
                </span>
                <time dateTime={link.createdAt} className="block text-sm text-soft">
                  {when(link.createdAt)}
                </time>
              </span>
              <span className="ml-auto flex flex-col items-end gap-1">
                <span className="figures font-semibold">
                  {formatMoney(link.totalMinor, link.currency, locale)}
                </span>
                <span
                  className={cn(
                    "rounded-md px-2 py-0.5 text-sm font-medium",
                    link.state === "open" ? "bg-accent-wash text-accent-text" : "bg-wash text-soft",
                  )}
                >
                  {t(`link_${link.state}`)}
                </span>
              </span>
            </span>
            <ChevronRight aria-hidden="true" className="size-5 shrink-0 text-faint" />
          </Link>
        </li>
      ))}
    </ul>
  );
}
