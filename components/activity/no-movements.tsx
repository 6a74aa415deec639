import Link from "next/link";
import { useTranslations } from "next-intl";
import { bdi } from "@/components/ui/bdi";
import { Button } from "@/components/ui/button";
import { inElements } from "@/components/ui/in-elements";

/** An empty history: what will stand there, and what to do first. */
export function NoMovements({ role, handle }: { role: "payer" | "merchant" | "operator"; handle: string }) {
  const t = useTranslations("activity");
  return (
    <div className="py-2">
      <p className="font-medium">{t("emptyTitle")}</p>
      <p className="mt-1 text-soft wrap-anywhere">
        {inElements(
          role === "merchant" ? t.rich("emptyMerchant", { handle, bdi }) : t.rich("emptyPayer", { handle, bdi }),
        )}
      </p>
      <div className="mt-4 flex flex-wrap gap-3">
        <Button asChild look="quiet">
          <Link href="/">{t("emptyStart")}</Link>
        </Button>
      </div>
    </div>
  );
}
