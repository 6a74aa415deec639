import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";

/**
 * Paying without JavaScript begins with a plain POST: reading the page must issue no key, and an action's id would go
 * stale with a deploy.
 */
export function ContinueWithoutScript({ userId, orderId }: { userId: string; orderId: string }) {
  const t = useTranslations("checkout");
  return (
    <noscript>
      <form method="post" action={`/checkout/${orderId}/continue`}>
        <input type="hidden" name="user" value={userId} />
        <p className="mb-4 text-sm text-soft">{t("noScript")}</p>
        <Button type="submit" size="large">
          {t("continue")}
        </Button>
      </form>
    </noscript>
  );
}
