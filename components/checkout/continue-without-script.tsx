import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import type { Payload } from "@/lib/pay/state";
import { HiddenFields } from "./hidden-fields";

/**
 * Paying without script begins with a plain POST: reading the page must issue no key, and an action's id would go stale
 * with a deploy. It is in every page's HTML, for scripts that are switched off and for those that do not arrive:
 * where `isDelayed` it is shown only after a while, which a page with its scripts does not last. `userId`: who the
 * form was opened as, where that is known. `place`: where what is paid for has its pages (lib/pay/place.ts). `carried`: the fields
 * of what is paid that the place does not tell.
 */
export function ContinueWithoutScript({
  userId,
  place,
  carried,
  isDelayed,
}: {
  userId?: string;
  place: string;
  carried: Payload;
  isDelayed: boolean;
}) {
  const t = useTranslations("checkout");
  return (
    <form
      method="post"
      action={`${place}/continue`}
      className={cn(isDelayed && "stand-by noscript:animate-none")}
    >
      <HiddenFields fields={{ ...(userId && { user: userId }), ...carried }} />
      <p className="pt-4 pb-3 text-center text-sm text-soft noscript:pt-0">{t("noScript")}</p>
      <Button type="submit" size="large" {...(isDelayed ? {} : { look: "quiet" })}>
        {t("continue")}
      </Button>
    </form>
  );
}
