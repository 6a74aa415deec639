import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";

/**
 * Paying without script begins with a plain POST: reading the page must issue no key, and an action's id would go stale
 * with a deploy. Sends the form that it stands in to `place` (lib/pay/place.ts). It is in every page's HTML, for scripts that
 * are switched off and for those that do not arrive: where `isDelayed` it is shown only after a while, which a page with
 * its scripts does not last, and not beside a Pay that can be pressed.
 */
export function ContinueWithoutScript({ place, isDelayed }: { place: string; isDelayed: boolean }) {
  const t = useTranslations("checkout");
  return (
    <div
      className={cn("-mt-4 peer-enabled:hidden noscript:mt-0", isDelayed && "stand-by noscript:animate-none")}
    >
      <p className="pt-4 pb-3 text-center text-sm text-soft noscript:pt-0">{t("noScript")}</p>
      <Button
        type="submit"
        formAction={`${place}/continue`}
        size="large"
        {...(isDelayed ? {} : { look: "quiet" })}
      >
        {t("continue")}
      </Button>
    </div>
  );
}
