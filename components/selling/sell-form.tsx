"use client";

import { useLocale, useTranslations } from "next-intl";
import { useActionState, useMemo, useRef, useState } from "react";
import { DateField } from "@/components/form/date-field";
import { ErrorSummary } from "@/components/form/error-summary";
import { Field } from "@/components/form/field";
import { Form } from "@/components/form/form";
import { Select } from "@/components/form/select";
import { Submit } from "@/components/ui/submit";
import { UNSENT } from "@/lib/form/form-state";
import { readFields } from "@/lib/form/read-fields";
import { type MoneyPattern, writeMoney } from "@/lib/money-pattern";
import type { MakeState } from "@/lib/orders/make-state";
import { type OrderFormError, orderForm, paymentLinkForm, totalSoFar } from "@/lib/orders/order-form";
import { QUANTITY_MAX } from "@/lib/orders/payment-link";
import { ItemRows } from "./item-rows";

/** Codes of errors that this form has texts for; those of amounts are the form kit's. */
const ERRORS: Record<OrderFormError, true> = {
  text_empty: true,
  text_long: true,
  text_signs: true,
  quantity: true,
  quantity_max: true,
  no_items: true,
  total: true,
  last_day: true,
  last_day_past: true,
  currency: true,
};

const isOurs = (code: string): code is OrderFormError => Object.hasOwn(ERRORS, code);

/**
 * The form of a new order, or of a new payment link. `make` makes it and leads to it, or returns what is wrong. The form sends
 * `id` along, the same at each press until something is made, so that two presses make one. `patterns` are those of the
 * currencies that the merchant has accounts in.
 */
export function SellForm({
  kind,
  id,
  patterns,
  today,
  make,
}: {
  kind: "order" | "link";
  id: string;
  patterns: readonly [MoneyPattern, ...MoneyPattern[]];
  /** The first day that can be the last one, as `date` fields write it. */
  today: string;
  make: (previous: MakeState, form: FormData) => Promise<MakeState>;
}) {
  const t = useTranslations("selling");
  const locale = useLocale();
  const [state, action] = useActionState<MakeState, FormData>(make, UNSENT);
  // The one that the form was opened with: whenever the page is read again, the server offers another.
  const [firstId] = useState(id);
  const schema = useMemo(
    () => (kind === "order" ? orderForm(locale) : paymentLinkForm(locale)),
    [kind, locale],
  );
  const typedCurrency = state.values.currency;
  const [currency, setCurrency] = useState(
    typeof typedCurrency === "string" ? typedCurrency : patterns[0].currency,
  );
  const pattern = patterns.find((one) => one.currency === currency) ?? patterns[0];
  const [totalMinor, setTotalMinor] = useState<string>();
  const fields = useRef<HTMLDivElement>(null);
  const look = () => {
    const form = fields.current?.closest("form");
    if (form) setTotalMinor(totalSoFar(readFields(new FormData(form)), locale));
  };
  return (
    <Form
      schema={schema}
      state={state}
      action={action}
      errorText={(_name, code) =>
        isOurs(code) ? t(`error_${code}`, { max: QUANTITY_MAX }) : t("error_text_signs")
      }
    >
      <div
        ref={fields}
        className="flex flex-col gap-6"
        onChange={(event) => {
          const changed = event.target as unknown as { name?: string; value: string };
          if (changed.name === "currency") setCurrency(changed.value);
          look();
        }}
      >
        <input type="hidden" name="id" value={state.id ?? firstId} />
        <ErrorSummary />
        {state.problem === undefined ? null : <Problem kind={kind} state={state} />}
        <Field name="description" label={t("title")} hint={t("titleHint")} optional autoComplete="off" />
        {patterns.length === 1 ? (
          <input type="hidden" name="currency" value={pattern.currency} />
        ) : (
          <Select
            name="currency"
            label={t("currency")}
            className="sm:max-w-xs"
            defaultValue={patterns[0].currency}
            options={patterns.map((one) => ({ value: one.currency, label: `${one.currency} · ${one.name}` }))}
          />
        )}
        <ItemRows pattern={pattern} onChanged={look} />
        {kind === "order" ? (
          <DateField
            name="lastDay"
            label={t("lastDay")}
            hint={t("lastDayHint")}
            optional
            min={today}
            className="sm:max-w-xs"
          />
        ) : (
          <Field
            name="quantityMax"
            label={t("quantityMax")}
            hint={t("quantityMaxHint")}
            optional
            inputMode="numeric"
            autoComplete="off"
            className="sm:max-w-xs"
            inputClassName="figures"
          />
        )}
        <div className="dotted-rule flex flex-wrap items-center justify-between gap-4 pt-5">
          {/* It has its place from the start; where nothing can be read yet, there is nothing to say. */}
          <p className="figures min-h-8 text-xl font-semibold noscript:hidden" aria-live="polite">
            {totalMinor === undefined ? null : (
              <span>{t("totalSoFar", { amount: writeMoney(totalMinor, pattern) })}</span>
            )}
          </p>
          <Submit className="w-full sm:w-auto">{t(kind === "order" ? "createOrder" : "createLink")}</Submit>
        </div>
      </div>
    </Form>
  );
}

/** Why nothing was made, where no field is to blame. */
function Problem({ kind, state }: { kind: "order" | "link"; state: MakeState }) {
  const t = useTranslations("selling");
  const { problem, madeId } = state;
  if (problem === undefined) return null;
  const madePath = kind === "order" ? `/orders/${madeId}` : `/links/${madeId}`;
  return (
    <div role="alert" className="rounded-xl border border-alert-line bg-alert-wash p-4 text-alert-text">
      <p>{t(`problem_${problem}`)}</p>
      {madeId === undefined ? null : (
        <p className="mt-1">
          <a href={madePath} className="underline underline-offset-4">
            {t("openMade")}
          </a>
        </p>
      )}
    </div>
  );
}
