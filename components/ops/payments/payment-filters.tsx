import { useTranslations } from "next-intl";
import { useKindName } from "@/components/ops/kind-name";
import { FilterChoice, FilterField, Filters } from "@/components/selling/filters";
import { DECLINE_CODES, PAYMENT_KINDS } from "@/lib/api/payment";
import { type Pill, Pills } from "../pills";

type Query = Readonly<Partial<Record<string, string>>>;

/** What narrows the list: sent by GET, so that what it shows has an address. */
export function PaymentFilters({ query, currencies }: { query: Query; currencies: readonly string[] }) {
  const t = useTranslations("opsPayments");
  const nameOf = useKindName();
  const any = { value: "", label: t("any") };
  const { sort, ...narrowing } = query;
  return (
    <Filters action="/ops/payments" isUsed={Object.keys(narrowing).length > 0}>
      <div className="min-w-0 basis-full">
        <FilterField name="q" label={t("search")} value={query.q} />
      </div>
      <FilterChoice
        name="kind"
        label={t("columnKind")}
        value={query.kind}
        options={[any, ...PAYMENT_KINDS.map((kind) => ({ value: kind, label: nameOf(kind) }))]}
      />
      <FilterChoice
        name="status"
        label={t("columnStatus")}
        value={query.status}
        options={[
          any,
          { value: "succeeded", label: t("succeeded") },
          { value: "declined", label: t("declined") },
        ]}
      />
      <FilterChoice
        name="code"
        label={t("declineCode")}
        value={query.code}
        options={[any, ...DECLINE_CODES.map((code) => ({ value: code, label: t(`code_${code}`) }))]}
      />
      <FilterChoice
        name="currency"
        label={t("currency")}
        value={query.currency}
        options={[any, ...currencies.map((code) => ({ value: code, label: code }))]}
      />
      <FilterField name="min" label={t("min")} value={query.min} />
      <FilterField name="max" label={t("max")} value={query.max} />
      <FilterField name="from" type="date" label={t("from")} value={query.from} />
      <FilterField name="to" type="date" label={t("to")} value={query.to} />
      <SortKept sort={sort} />
    </Filters>
  );
}

/** Whoever narrows a list that is sorted keeps its order. */
function SortKept({ sort }: { sort: string | undefined }) {
  return sort === undefined ? null : <input type="hidden" name="sort" value={sort} />;
}

/** Views that are asked for every day, each at its address. */
export function PaymentViews({ views }: { views: readonly Pill[] }) {
  const t = useTranslations("opsPayments");
  return <Pills label={t("views")} pills={views} />;
}
