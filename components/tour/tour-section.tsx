import { useTranslations } from "next-intl";
import { Section } from "@/components/home/section";
import { Submit } from "@/components/ui/submit";
import { Tour, type TourProps } from "./tour";

/** The tour on somebody's start page, until they take it off. Demo only. */
export function TourSection({ dismissTour, ...props }: TourProps & { dismissTour: () => Promise<void> }) {
  const t = useTranslations("tour");
  return (
    <Section
      title={t("title")}
      text={t("text", { amount: props.amount })}
      className="mb-4 border-accent! sm:mb-6"
    >
      <Tour {...props} />
      <p className="mt-3 hidden text-sm text-soft noscript:block">{t("noScript")}</p>
      <form action={dismissTour} className="mt-2 flex justify-end">
        <Submit look="text" size="small" className="-mr-3.5">
          {t("dismiss")}
        </Submit>
      </form>
    </Section>
  );
}
