"use client";

import { useLocale, useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { cn } from "@/components/ui/cn";
import { readAmount } from "@/lib/money-input";
import { type MoneyPattern, writeFigures, writeMoney } from "@/lib/money-pattern";
import { type FieldProps, INPUT_LOOK, Labelled, useField } from "./labelled";
import { useAmountAsWritten, WrittenIn } from "./written-in";

/** A screen reader hears what was understood once somebody has stopped typing, not at every key. */
const SAID_AFTER_MS = 800;

/**
 * An amount as people type it, its currency beside it, and below what was understood. Sends `name`, `currencyName` and the
 * language it was shown in, which the server reads by the same rule (lib/form/amount.ts). `patterns` are those of the currencies to choose from, made by
 * `moneyPattern` on the server; with one there is nothing to choose.
 */
export function MoneyInput({
  name = "amount",
  currencyName = "currency",
  label,
  hint,
  optional,
  className,
  defaultValue,
  defaultCurrency,
  patterns,
}: Omit<FieldProps, "name"> & {
  name?: string;
  currencyName?: string;
  defaultValue?: string;
  defaultCurrency?: string;
  patterns: readonly [MoneyPattern, ...MoneyPattern[]];
}) {
  const t = useTranslations("form");
  const locale = useLocale();
  const currencyField = useField({ name: currencyName });
  const sentCurrency = currencyField.typed ?? defaultCurrency;
  const [currency, setCurrency] = useState(sentCurrency ?? patterns[0].currency);
  const pattern = patterns.find((one) => one.currency === currency) ?? patterns[0];

  const understoodId = `${currencyField.bound.id}-understood`;
  const field = useField({ name, hint, ...(optional && { optional }) }, understoodId);
  const first = useAmountAsWritten(field.typed, pattern) ?? defaultValue ?? "";
  const [text, setText] = useState(first);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // What was typed before the scripts came.
    if (input.current !== null) setText(input.current.value);
  }, []);

  const reading = readAmount(text, pattern.currency, locale);
  const understood = reading.ok
    ? t("understood", { amount: writeMoney(reading.amountMinor, pattern) })
    : reading.reason === "ambiguous"
      ? t("couldMean", {
          amount: writeMoney(reading.couldMean, pattern),
          figures: writeFigures(reading.couldMean, pattern),
        })
      : undefined;
  const [said, setSaid] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSaid(understood ?? ""), SAID_AFTER_MS);
    return () => clearTimeout(timer);
  }, [understood]);

  return (
    <Labelled label={label} hint={hint} field={field} className={className} {...(optional && { optional })}>
      <div>
        <WrittenIn />
        <div className="flex gap-2">
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
            className={cn(INPUT_LOOK, "figures min-w-0 flex-1")}
          />
          {patterns.length === 1 ? (
            <>
              <input type="hidden" name={currencyName} value={pattern.currency} />
              <span className="flex min-w-16 items-center justify-center rounded-xl bg-wash px-3 font-medium text-soft">
                <abbr title={pattern.name} className="no-underline">
                  {pattern.currency}
                </abbr>
              </span>
            </>
          ) : (
            <select
              {...currencyField.bound}
              aria-label={t("currency")}
              defaultValue={pattern.currency}
              onChange={(event) => {
                setCurrency(event.target.value);
                currencyField.bound.onChange(event);
                // Whether an amount is right depends on its currency: what was wrong with it is looked at anew.
                const { current: target } = input;
                if (target !== null) field.bound.onChange({ ...event, target, currentTarget: target });
              }}
              className={cn(INPUT_LOOK, "w-auto!")}
            >
              {patterns.map((one) => (
                <option key={one.currency} value={one.currency}>
                  {one.currency}
                </option>
              ))}
            </select>
          )}
        </div>
        {/* It has its place before there is anything to say, so that nothing below moves. */}
        <p
          id={understoodId}
          className={cn("mt-1.5 min-h-6 text-sm", reading.ok ? "text-accent-text" : "text-wait-text")}
        >
          {understood}
        </p>
        <p role="status" className="sr-only">
          {said}
        </p>
      </div>
    </Labelled>
  );
}
