/** What an entry of the audit log changed, field by field, in words. */
import type { AuditEntry } from "@/db/operators/audit";
import { isCurrency } from "@/lib/currency";
import { formatMoney } from "@/lib/money";

/** `before` is undefined where there was nothing, `after` where nothing is left. */
export type Difference = { field: string; before: string | undefined; after: string | undefined };

type Words = {
  locale: string;
  yes: string;
  no: string;
  /** In place of a limit that is none. */
  noLimit: string;
  roles: Readonly<Record<string, string>>;
};

/** The fields that differ, and those that only one side tells of, in the order that they are told in. */
export function differencesOf(
  { before, after, currency }: Pick<AuditEntry, "before" | "after" | "currency">,
  words: Words,
): Difference[] {
  const fields = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  const told = after?.currency ?? before?.currency ?? currency;
  const inCurrency = typeof told === "string" && isCurrency(told) ? told : undefined;
  const say = (side: Record<string, unknown> | null, field: string) =>
    side !== null && Object.hasOwn(side, field) ? wordsOf(field, side[field], inCurrency, words) : undefined;
  return [...fields]
    .map((field) => ({ field, before: say(before, field), after: say(after, field) }))
    .filter((one) => one.before !== one.after);
}

function wordsOf(
  field: string,
  value: unknown,
  currency: string | undefined,
  words: Words,
): string | undefined {
  if (value === null || value === undefined) return field === "dayLimitMinor" ? words.noLimit : undefined;
  if (field === "role" && typeof value === "string") return words.roles[value] ?? value;
  if (typeof value === "boolean") return value ? words.yes : words.no;
  if (typeof value === "string" && field.endsWith("Minor") && currency !== undefined && /^-?\d+$/.test(value))
    return formatMoney(value, currency, words.locale);
  if (Array.isArray(value)) return value.map(nameOf).join(", ") || "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** An API key as the log keeps it; whatever else as it stands there. */
function nameOf(one: unknown): string {
  if (typeof one !== "object" || one === null || !("start" in one)) return JSON.stringify(one);
  const { name, start } = one as { name?: unknown; start?: unknown };
  return [name, start && `${start}…`].filter(Boolean).join(" ");
}
