import Link from "next/link";
import { useTranslations } from "next-intl";
import { bdi } from "@/components/ui/bdi";
import { Button } from "@/components/ui/button";
import { inElements } from "@/components/ui/in-elements";

/** An empty history: what will stand there, and what to do first. `isAtStart`: it stands on the start page itself. */
export function NoMovements({
  isMerchant,
  handle,
  isAtStart = false,
}: {
  isMerchant: boolean;
  handle: string;
  isAtStart?: boolean;
}) {
  const t = useTranslations("activity");
  return (
    <div className="py-2">
      <p className="font-medium">{t("emptyTitle")}</p>
      <p className="mt-1 text-soft wrap-anywhere">
        {inElements(
          isMerchant ? t.rich("emptyMerchant", { handle, bdi }) : t.rich("emptyPayer", { handle, bdi }),
        )}
      </p>
      <div className="mt-4 flex flex-wrap gap-3 empty:hidden">
        {isMerchant ? (
          <Button asChild>
            <Link href="/orders/new">{t("emptyOrder")}</Link>
          </Button>
        ) : null}
        {isAtStart ? null : (
          <Button asChild look="quiet">
            <Link href="/">{t("emptyStart")}</Link>
          </Button>
        )}
      </div>
    </div>
  );
}
