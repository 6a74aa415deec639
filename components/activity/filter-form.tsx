"use client";

import { ChevronRight } from "lucide-react";
import { useTranslations } from "next-intl";
import { DateField } from "@/components/form/date-field";
import { ErrorSummary } from "@/components/form/error-summary";
import { Field } from "@/components/form/field";
import { Form } from "@/components/form/form";
import { Select } from "@/components/form/select";
import { Submit } from "@/components/ui/submit";
import { DIRECTIONS, historyQuery, KINDS, STATUSES, TEXT_MAX_LENGTH } from "@/lib/activity/filter";
import type { FormState } from "@/lib/form/form-state";

/** The days that a filter knows. */
const DAYS = { min: "1970-01-01", max: "9999-12-30" };

/**
 * The filters of a history, as a form that puts them into the address: it works without script, and an address can be kept.
 * `state` is what the address holds, whether it makes sense or not.
 */
export function FilterForm({
  state,
  isOpen,
  clearPath,
  zone,
}: {
  state: FormState;
  /** Whether more than the text is filtered by: what is in force can be seen. */
  isOpen: boolean;
  /** Where no filter is in force; undefined where none is. */
  clearPath: string | undefined;
  zone: string;
}) {
  const t = useTranslations("activity");
  const account = state.values.account;
  const any = { value: "", label: t("any") };
  const errorText = (name: string) => {
    if (name === "from" || name === "to") return t(`error_${name}`);
    return name === "q" ? t("error_q", { length: TEXT_MAX_LENGTH }) : t("error_choice");
  };
  return (
    <search>
      <Form
        schema={historyQuery}
        state={state}
        action="/payments"
        method="get"
        errorText={errorText}
        id="filter"
        aria-label={t("filters")}
        className="grid gap-3"
      >
        <ErrorSummary />
        {account === undefined ? null : <input type="hidden" name="account" value={account} />}
        <div className="flex flex-wrap items-end gap-3">
          <Field name="q" label={t("filter_text")} type="search" className="min-w-0 flex-1 basis-36" />
          <Submit look="quiet">{t("search")}</Submit>
        </div>
        <details open={isOpen || state.errors.length > 0} className="group">
          <summary className="flex min-h-11 cursor-pointer list-none items-center gap-1 font-medium text-accent-text [&::-webkit-details-marker]:hidden">
            <ChevronRight
              aria-hidden="true"
              className="size-5 group-open:rotate-90 motion-safe:transition-transform"
            />
            <span>{t("moreFilters")}</span>
          </summary>
          <div className="grid grid-cols-1 items-end gap-3 pt-2 min-[26rem]:grid-cols-2 sm:grid-cols-3">
            <Select
              name="kind"
              label={t("filter_kind")}
              options={[any, ...KINDS.map((kind) => ({ value: kind, label: t(`pick_${kind}`) }))]}
            />
            <Select
              name="direction"
              label={t("filter_direction")}
              options={[any, ...DIRECTIONS.map((one) => ({ value: one, label: t(`direction_${one}`) }))]}
            />
            <Select
              name="status"
              label={t("filter_status")}
              options={[any, ...STATUSES.map((one) => ({ value: one, label: t(`status_${one}`) }))]}
            />
            <DateField name="from" label={t("filter_from", { zone })} {...DAYS} />
            <DateField name="to" label={t("filter_to", { zone })} {...DAYS} />
            <Submit>{t("apply")}</Submit>
          </div>
        </details>
        {clearPath === undefined ? null : (
          <p>
            {/* A document: what the fields hold is let go of as well. */}
            <a
              href={clearPath}
              className="inline-flex min-h-11 items-center font-medium text-accent-text underline-offset-4 hover:underline"
            >
              {t("clear")}
            </a>
          </p>
        )}
      </Form>
    </search>
  );
}
