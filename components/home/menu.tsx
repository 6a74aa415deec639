import { randomUUID } from "node:crypto";
import { useLocale, useTranslations } from "next-intl";
import { OpenedAs } from "@/components/form/opened-as";
import { Submit } from "@/components/ui/submit";
import { MENU, SKUS } from "@/lib/menu";
import { formatMoney } from "@/lib/money";
import { Section } from "./section";

/** How an item is called on the page; the order itself is in English, as its merchant wrote it. */
const TEXTS = {
  espresso: { name: "espresso", text: "espressoText" },
  "flat-white": { name: "flatWhite", text: "flatWhiteText" },
  beans: { name: "beans", text: "beansText" },
} as const;

/** The demo's menu: a form per item, which makes a fresh order and leads to its checkout. */
export function Menu({ createDemoOrder }: { createDemoOrder: (formData: FormData) => Promise<void> }) {
  const t = useTranslations("home");
  const locale = useLocale();
  return (
    <Section title={t("menuTitle")} text={t("menuText")}>
      <ul className="divide-y divide-line">
        {SKUS.map((sku) => (
          <li key={sku} className="py-3 first:pt-0 last:pb-0">
            <form
              action={createDemoOrder}
              className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-2 sm:grid-cols-[minmax(0,1fr)_auto_auto]"
            >
              <OpenedAs />
              <input type="hidden" name="sku" value={sku} />
              {/* Made when the menu is shown: the same form pressed again is the same order. */}
              <input type="hidden" name="orderId" value={randomUUID()} />
              <span className="col-span-2 min-w-0 sm:col-span-1">
                <span className="block font-medium">{t(TEXTS[sku].name)}</span>
                <span className="block text-sm text-soft">{t(TEXTS[sku].text)}</span>
              </span>
              <span className="figures font-semibold">
                {formatMoney(MENU[sku].amountMinor, "USD", locale)}
              </span>
              <Submit look="quiet" size="small" aria-label={t("orderItem", { item: t(TEXTS[sku].name) })}>
                {t("order")}
              </Submit>
            </form>
          </li>
        ))}
      </ul>
    </Section>
  );
}
