"use client";

import { Plus, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { Field } from "@/components/form/field";
import { useFormContext } from "@/components/form/form-context";
import { WrittenIn } from "@/components/form/written-in";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import type { MoneyPattern } from "@/lib/money-pattern";
import { ROWS_MAX } from "@/lib/orders/order-form";
import { PriceField } from "./price-field";

/** Without script no row can be added, so as many stand there from the start. Those that stay empty are left out. */
const ROWS_WITHOUT_SCRIPT = 5;

/**
 * What is sold, a row each: `items.0.description` and so on. A row keeps its number for as long as it is there, so that
 * what was typed and what is wrong stay with it. `onChanged`: a row came or went.
 */
export function ItemRows({ pattern, onChanged }: { pattern: MoneyPattern; onChanged: () => void }) {
  const t = useTranslations("selling");
  const { typedIn } = useFormContext();
  const [rows, setRows] = useState(() => {
    const filled = Array.from({ length: ROWS_MAX }, (_, row) => row).filter((row) =>
      ["description", "price"].some((name) => (typedIn(`items.${row}.${name}`) ?? "") !== ""),
    );
    return filled.length > 0 ? filled : [0];
  });
  const [usedUpTo, setUsedUpTo] = useState(Math.max(...rows));
  const wantsFocus = useRef<string>(undefined);
  useEffect(() => {
    const id = wantsFocus.current;
    if (id === undefined) return;
    wantsFocus.current = undefined;
    document.getElementById(id)?.focus();
    onChanged();
  });
  // Once there are scripts, rows can be added.
  const [hasScript, setHasScript] = useState(false);
  useEffect(() => setHasScript(true), []);
  const spare = hasScript
    ? []
    : Array.from({ length: ROWS_WITHOUT_SCRIPT }, (_, row) => row).filter((row) => row > usedUpTo);
  const mayAdd = usedUpTo + 1 < ROWS_MAX;
  const add = () => {
    const row = usedUpTo + 1;
    setUsedUpTo(row);
    setRows([...rows, row]);
    wantsFocus.current = `items.${row}.description`;
  };
  const remove = (row: number) => {
    const rest = rows.filter((one) => one !== row);
    const neighbour = rest.findLast((one) => one < row) ?? rest[0];
    setRows(rest);
    wantsFocus.current = `items.${neighbour}.description`;
  };
  return (
    <fieldset>
      <legend className="text-lg font-semibold tracking-tight">{t("items")}</legend>
      <WrittenIn />
      <ul className="mt-2 divide-y divide-line">
        {[...rows, ...spare].map((row, at) => {
          const isSpare = at >= rows.length;
          return (
            <li key={row} className={cn("py-4", isSpare && "hidden noscript:block")}>
              <fieldset className="grid grid-cols-[minmax(0,1fr)_minmax(0,1.4fr)_auto] items-start gap-x-3 gap-y-3 sm:grid-cols-[minmax(0,1fr)_5.5rem_9rem_auto]">
                <legend className="sr-only">{t("itemNumber", { number: at + 1 })}</legend>
                <Field
                  name={`items.${row}.description`}
                  label={t("itemDescription")}
                  autoComplete="off"
                  className="col-span-full sm:col-span-1"
                />
                <Field
                  name={`items.${row}.quantity`}
                  label={t("itemQuantity")}
                  inputMode="numeric"
                  autoComplete="off"
                  defaultValue="1"
                  inputClassName="figures"
                />
                <PriceField name={`items.${row}.price`} label={t("itemPrice")} pattern={pattern} />
                {rows.length > 1 && !isSpare ? (
                  <Button
                    look="text"
                    className="mt-6.5 px-3! noscript:hidden"
                    aria-label={t("removeItem", { number: at + 1 })}
                    onClick={() => remove(row)}
                  >
                    <Trash2 aria-hidden="true" className="size-5" />
                  </Button>
                ) : null}
              </fieldset>
            </li>
          );
        })}
      </ul>
      {mayAdd ? (
        <Button look="quiet" size="small" className="noscript:hidden" onClick={add}>
          <Plus aria-hidden="true" className="size-4" />
          <span>{t("addItem")}</span>
        </Button>
      ) : null}
    </fieldset>
  );
}
