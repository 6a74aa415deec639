import { useLocale, useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { formatMoney } from "@/lib/money";
import { Section } from "./section";

/** What Bluebird Coffee sells in the demo. The server prices the order by `sku`; these prices are for the eye. */
const MENU = [
  { sku: "espresso", name: "espresso", text: "espressoText", amountMinor: "320" },
  { sku: "flat-white", name: "flatWhite", text: "flatWhiteText", amountMinor: "450" },
  { sku: "beans", name: "beans", text: "beansText", amountMinor: "3800" },
] as const;

/** The demo's menu: a form per item, which makes a fresh order and leads to its checkout. */
export function Menu({ createDemoOrder }: { createDemoOrder: (formData: FormData) => Promise<void> }) {
  const t = useTranslations("home");
  const locale = useLocale();
  return (
    <Section title={t("menuTitle")} text={t("menuText")}>
      <ul className="divide-y divide-line">
        {MENU.map((item) => (
          <li key={item.sku} className="py-3 first:pt-0 last:pb-0">
            <form action={createDemoOrder} className="flex items-center gap-3">
              <input type="hidden" name="sku" value={item.sku} />
              <span className="min-w-0 flex-1">
                <span className="block font-medium">{t(item.name)}</span>
                <span className="block text-sm text-soft">{t(item.text)}</span>
              </span>
              <span className="figures font-semibold">{formatMoney(item.amountMinor, "USD", locale)}</span>
              <Button
                type="submit"
                look="quiet"
                size="small"
                aria-label={t("orderItem", { item: t(item.name) })}
              >
                {t("order")}
              </Button>
            </form>
          </li>
        ))}
      </ul>
    </Section>
  );
}
