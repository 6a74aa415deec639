import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";

/**
 * Paying without script begins with a plain POST: reading the page must issue no key, and an action's id would go stale
 * with a deploy. It is in every page's HTML, for scripts that are switched off and for those that do not arrive:
 * where `isDelayed` it is shown only after a while, which a page with its scripts does not last. `userId`: who the
 * form was opened as, where that is known.
 */
export function ContinueWithoutScript({
  userId,
  orderId,
  isDelayed,
}: {
  userId?: string;
  orderId: string;
  isDelayed: boolean;
}) {
  const t = useTranslations("checkout");
  return (
    <form
      method="post"
      action={`/checkout/${orderId}/continue`}
      className={cn(isDelayed && "stand-by noscript:animate-none")}
    >
      {userId === undefined ? null : <input type="hidden" name="user" value={userId} />}
      <p className="pt-4 pb-3 text-center text-sm text-soft noscript:pt-0">{t("noScript")}</p>
      <Button type="submit" size="large" {...(isDelayed ? {} : { look: "quiet" })}>
        {t("continue")}
      </Button>
    </form>
  );
}
