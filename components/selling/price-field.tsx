"use client";

import { useLocale, useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { INPUT_LOOK, Labelled, useField } from "@/components/form/labelled";
import { useAmountAsWritten } from "@/components/form/written-in";
import { cn } from "@/components/ui/cn";
import { readAmount } from "@/lib/money-input";
import { type MoneyPattern, writeFigures, writeMoney } from "@/lib/money-pattern";

/** The price of one of an item, as people type it, in the form's one currency; below it what was understood. */
export function PriceField({
  name,
  label,
  pattern,
  className,
}: {
  name: string;
  label: string;
  pattern: MoneyPattern;
  className?: string;
}) {
  const t = useTranslations("form");
  const locale = useLocale();
  const understoodId = `${name}-understood`;
  const field = useField({ name }, understoodId);
  const first = useAmountAsWritten(field.typed, pattern) ?? "";
  const [text, setText] = useState(first);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // What was typed before the scripts came.
    if (input.current !== null) setText(input.current.value);
  }, []);
  const reading = readAmount(text, pattern.currency, locale);
  const understood = reading.ok
    ? writeMoney(reading.amountMinor, pattern)
    : reading.reason === "ambiguous"
      ? t("couldMean", {
          amount: writeMoney(reading.couldMean, pattern),
          figures: writeFigures(reading.couldMean, pattern),
        })
      : undefined;
  return (
    <Labelled label={label} hint={undefined} field={field} className={className}>
      <div>
        <input
          type="text"
          inputMode="decimal"
          autoComplete="off"
          {...field.bound}
          ref={(element) => {
            input.current = element;
            field.bound.ref(element);
          }}
          onChange={(event) => {
            setText(event.target.value);
            field.bound.onChange(event);
          }}
          defaultValue={first}
          className={cn(INPUT_LOOK, "figures")}
        />
        {/* It has its place before there is anything to say, so that nothing below moves. */}
        <p
          id={understoodId}
          className={cn("mt-1 min-h-6 text-sm", reading.ok ? "text-accent-text" : "text-wait-text")}
        >
          {understood}
        </p>
      </div>
    </Labelled>
  );
}
