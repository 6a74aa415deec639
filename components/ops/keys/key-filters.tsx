import { useTranslations } from "next-intl";
import { FilterChoice, FilterField, Filters } from "@/components/selling/filters";
import { Button } from "@/components/ui/button";
import { PAYMENT_KINDS } from "@/lib/api/payment";

type Query = Readonly<Partial<Record<string, string>>>;

/** Ages to filter by, in minutes. */
export const KEY_AGES = ["10", "60", "360", "1440"] as const;

/** What narrows the list of open keys. */
export function KeyFilters({ query }: { query: Query }) {
  const t = useTranslations("opsKeys");
  const any = { value: "", label: t("any") };
  return (
    <Filters action="/ops/keys" isUsed={Object.keys(query).length > 0}>
      <FilterField name="owner" label={t("owner")} value={query.owner} />
      <FilterChoice
        name="kind"
        label={t("columnPurpose")}
        value={query.kind}
        options={[any, ...PAYMENT_KINDS.map((kind) => ({ value: kind, label: t(`purpose_${kind}`) }))]}
      />
      <FilterChoice
        name="age"
        label={t("olderThan")}
        value={query.age}
        options={[any, ...KEY_AGES.map((age) => ({ value: age, label: t(`age_${age}`) }))]}
      />
      <FilterChoice
        name="arrived"
        label={t("columnArrivals")}
        value={query.arrived}
        options={[any, { value: "yes", label: t("arrivedOnly") }]}
      />
    </Filters>
  );
}

/** Looks up one key, whatever became of it: sent by GET. `wrong`: what was typed is none. */
export function KeyLookUp({ typed, isWrong }: { typed: string | undefined; isWrong: boolean }) {
  const t = useTranslations("opsKeys");
  return (
    <search aria-label={t("lookUp")}>
      <form method="get" action="/ops/keys" className="flex flex-wrap items-end gap-3">
        <div className="min-w-0 flex-1 basis-72">
          <label htmlFor="key" className="mb-1.5 block text-sm font-medium text-soft">
            {t("lookUpLabel")}
          </label>
          <input
            id="key"
            name="key"
            type="search"
            required
            autoComplete="off"
            spellCheck={false}
            defaultValue={typed}
            aria-invalid={isWrong || undefined}
            aria-describedby={isWrong ? "key-wrong" : undefined}
            className="h-12 w-full rounded-xl border border-line-strong bg-field px-3 font-mono text-base text-ink"
          />
        </div>
        <Button type="submit">{t("lookUp")}</Button>
      </form>
      {isWrong ? (
        <p id="key-wrong" role="alert" className="mt-2 text-sm text-alert-text">
          {t("lookUpWrong")}
        </p>
      ) : null}
    </search>
  );
}
