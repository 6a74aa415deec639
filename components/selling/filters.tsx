import { useTranslations } from "next-intl";
import type { ReactElement } from "react";
import { Button } from "@/components/ui/button";

const LOOK = "h-12 w-full rounded-xl border border-line-strong bg-field px-3 text-base text-ink";

/** A form that narrows a list: sent by GET, so that what it shows has an address, and works without JavaScript. */
export function Filters({
  action,
  isUsed,
  children,
}: {
  action: string;
  isUsed: boolean;
  children: ReactElement | (ReactElement | null)[];
}) {
  const t = useTranslations("merchant");
  return (
    <search aria-label={t("filter")}>
      <form method="get" action={action} className="mb-5 flex flex-wrap items-end gap-3">
        {children}
        <Button type="submit" look="quiet">
          {t("show")}
        </Button>
        {isUsed ? (
          <Button asChild look="text">
            <a href={action}>{t("showAll")}</a>
          </Button>
        ) : null}
      </form>
    </search>
  );
}

/** A field of `Filters`. What it is given beside its label goes to the input. */
export function FilterField({
  name,
  label,
  type = "search",
  value,
}: {
  name: string;
  label: string;
  type?: "search" | "date";
  value: string | undefined;
}) {
  return (
    <div className="min-w-0 flex-1 basis-36">
      <label htmlFor={name} className="mb-1.5 block text-sm font-medium text-soft">
        {label}
      </label>
      <input id={name} name={name} type={type} defaultValue={value} className={LOOK} />
    </div>
  );
}

/** A choice of `Filters`; the first of `options` stands for any. */
export function FilterChoice({
  name,
  label,
  value,
  options,
}: {
  name: string;
  label: string;
  value: string | undefined;
  options: readonly { value: string; label: string }[];
}) {
  return (
    <div className="min-w-0 flex-1 basis-36">
      <label htmlFor={name} className="mb-1.5 block text-sm font-medium text-soft">
        {label}
      </label>
      <select id={name} name={name} defaultValue={value ?? ""} className={LOOK}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}
