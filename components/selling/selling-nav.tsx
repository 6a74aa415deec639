import Link from "next/link";
import { useTranslations } from "next-intl";
import { cn } from "@/components/ui/cn";

const PLACES = [
  { href: "/orders", name: "orders" },
  { href: "/links", name: "links" },
  { href: "/sales", name: "sales" },
] as const;

/** The merchant's three lists, and where we are. */
export function SellingNav({ at }: { at: (typeof PLACES)[number]["href"] }) {
  const t = useTranslations("merchant");
  return (
    <nav aria-label={t("navigation")} className="mb-6 border-b border-line">
      <ul className="-mb-px flex flex-wrap gap-x-6">
        {PLACES.map(({ href, name }) => (
          <li key={href}>
            <Link
              href={href}
              aria-current={href === at ? "page" : undefined}
              className={cn(
                "inline-flex min-h-11 items-center border-b-2 font-semibold",
                href === at
                  ? "border-accent-text text-ink"
                  : "border-transparent text-soft hover:border-line-strong hover:text-ink",
              )}
            >
              {t(name)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
