import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ComponentProps, ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { DIRECTIONS, KINDS, STATUSES, TEXT_MAX_LENGTH } from "@/lib/activity/filter";

/** What was typed or picked, as the address has it, whether it makes sense or not. */
export type Typed = Readonly<Record<string, string>>;
export type FieldErrors = Readonly<Partial<Record<"kind" | "direction" | "status" | "from" | "to" | "q", string>>>;

const FIELD = "h-12 w-full rounded-xl border border-line-strong bg-field px-3.5 text-base text-ink";

/**
 * The filters of a history, as a form that puts them into the address: works without script, and an address can be kept or
 * shared. Days are the browser's own inputs: each writes dates as its reader does, has its own calendar, and works by keyboard,
 * on telephones and without script, which no component of ours would do better.
 */
export function FilterForm({
  typed,
  errors,
  isFiltered,
  zone,
}: {
  typed: Typed;
  errors: FieldErrors;
  isFiltered: boolean;
  zone: string;
}) {
  const t = useTranslations("activity");
  const more = ["kind", "direction", "status", "from", "to"].some((name) => typed[name]);
  const field = (name: keyof FieldErrors, label: string) => ({ name, label, typed, error: errors[name] });
  return (
    <search>
      <form method="get" action="/payments" className="grid gap-3">
        {typed.account ? <input type="hidden" name="account" value={typed.account} /> : null}
        <div className="flex flex-wrap items-end gap-3">
          <Labelled {...field("q", t("filter_text"))} className="min-w-0 flex-1 basis-56">
            {(control) => <input type="search" maxLength={TEXT_MAX_LENGTH} className={FIELD} {...control} />}
          </Labelled>
          <Button type="submit" look="quiet">
            {t("search")}
          </Button>
        </div>
        <details open={more || Object.keys(errors).length > 0} className="group">
          <summary className="flex min-h-11 cursor-pointer items-center font-medium text-accent-text">
            {t("moreFilters")}
          </summary>
          <div className="grid grid-cols-1 gap-3 pt-2 min-[26rem]:grid-cols-2 sm:grid-cols-3">
            <Labelled {...field("kind", t("filter_kind"))}>
              {(control) => (
                <select className={FIELD} {...control}>
                  <option value="">{t("any")}</option>
                  {KINDS.map((kind) => (
                    <option key={kind} value={kind}>
                      {t(`pick_${kind}`)}
                    </option>
                  ))}
                </select>
              )}
            </Labelled>
            <Labelled {...field("direction", t("filter_direction"))}>
              {(control) => (
                <select className={FIELD} {...control}>
                  <option value="">{t("any")}</option>
                  {DIRECTIONS.map((direction) => (
                    <option key={direction} value={direction}>
                      {t(`direction_${direction}`)}
                    </option>
                  ))}
                </select>
              )}
            </Labelled>
            <Labelled {...field("status", t("filter_status"))}>
              {(control) => (
                <select className={FIELD} {...control}>
                  <option value="">{t("any")}</option>
                  {STATUSES.map((status) => (
                    <option key={status} value={status}>
                      {t(`status_${status}`)}
                    </option>
                  ))}
                </select>
              )}
            </Labelled>
            <Labelled {...field("from", t("filter_from", { zone }))}>
              {(control) => <input type="date" min="1970-01-01" max="9999-12-30" className={FIELD} {...control} />}
            </Labelled>
            <Labelled {...field("to", t("filter_to", { zone }))}>
              {(control) => <input type="date" min="1970-01-01" max="9999-12-30" className={FIELD} {...control} />}
            </Labelled>
            <div className="flex items-end">
              <Button type="submit" className="w-full">
                {t("apply")}
              </Button>
            </div>
          </div>
        </details>
        {isFiltered ? (
          <p>
            <Link
              href={typed.account ? `/payments?account=${encodeURIComponent(typed.account)}` : "/payments"}
              className="inline-flex min-h-11 items-center font-medium text-accent-text underline-offset-4 hover:underline"
            >
              {t("clear")}
            </Link>
          </p>
        ) : null}
      </form>
    </search>
  );
}

type Control = Pick<
  ComponentProps<"input"> & ComponentProps<"select">,
  "id" | "name" | "defaultValue" | "aria-invalid" | "aria-describedby"
>;

/** A field with its label above, and below it what is wrong with what it holds. */
function Labelled({
  name,
  label,
  typed,
  error,
  className,
  children,
}: {
  name: string;
  label: string;
  typed: Typed;
  error: string | undefined;
  className?: string;
  children: (control: Control) => ReactNode;
}) {
  const id = `filter-${name}`;
  return (
    <div className={cn("flex min-w-0 flex-col gap-1.5", className)}>
      <label htmlFor={id} className="text-sm font-medium text-soft">
        {label}
      </label>
      {children({
        id,
        name,
        defaultValue: typed[name] ?? "",
        ...(error === undefined ? {} : { "aria-invalid": true, "aria-describedby": `${id}-error` }),
      })}
      {error === undefined ? null : (
        <p id={`${id}-error`} className="text-sm text-alert-text">
          {error}
        </p>
      )}
    </div>
  );
}
