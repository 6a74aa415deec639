"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { HiddenFields } from "@/components/checkout/hidden-fields";
import { Button } from "@/components/ui/button";
import { type MoneyPattern, writeMoney } from "@/lib/money-pattern";
import { allowedQuantity } from "@/lib/orders/payment-link";

/**
 * The way from a payment link to an order of one's own: a plain form, which works without JavaScript, and is one order however
 * often it is pressed. `fields` go along as they are, the intent among them.
 */
export function BuyForm({
  linkId,
  fields,
  quantityMax,
  firstQuantity,
  totalMinor,
  pattern,
  button,
  isSecond,
}: {
  linkId: string;
  fields: Readonly<Record<string, string>>;
  quantityMax: number | undefined;
  firstQuantity: string;
  /** Of one. */
  totalMinor: string;
  pattern: MoneyPattern;
  /** What the button says: it orders, or orders another. */
  button: string;
  /** Whether something else on the page is what most people want: to go on with what they have begun. */
  isSecond: boolean;
}) {
  const t = useTranslations("payLink");
  const [typed, setTyped] = useState(firstQuantity);
  const quantity = quantityMax === undefined ? 1 : allowedQuantity({ quantityMax }, typed);
  return (
    <form method="post" action={`/pay/${linkId}/order`} className="flex flex-col gap-4">
      <HiddenFields fields={fields} />
      {quantityMax === undefined ? null : (
        <div>
          <label htmlFor="quantity" className="text-sm font-medium text-soft">
            {t("quantity")}
          </label>
          <p id="quantity-hint" className="text-sm text-soft">
            {t("quantityHint", { max: quantityMax })}
          </p>
          <div className="mt-1.5 flex items-center gap-4">
            <input
              id="quantity"
              name="quantity"
              type="number"
              inputMode="numeric"
              min={1}
              max={quantityMax}
              step={1}
              required
              aria-describedby="quantity-hint"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              className="figures h-12 w-28 rounded-xl border border-line-strong bg-field px-3.5 text-base text-ink"
            />
            <p
              className="figures min-w-0 text-lg font-semibold wrap-anywhere noscript:hidden"
              aria-live="polite"
            >
              {quantity === undefined ? null : (
                <span>
                  {t("totalOf", {
                    amount: writeMoney(BigInt(totalMinor) * BigInt(quantity), pattern),
                  })}
                </span>
              )}
            </p>
          </div>
        </div>
      )}
      <Button type="submit" size="large" look={isSecond ? "quiet" : "primary"}>
        {button}
      </Button>
    </form>
  );
}
