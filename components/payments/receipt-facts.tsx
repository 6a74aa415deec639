import type { ReactNode } from "react";

/** What a receipt says, as names and values. */
export type Fact = [name: string, value: ReactNode];

/** Names and values, one pair a line. */
export function ReceiptFacts({ facts }: { facts: Fact[] }) {
  return (
    <dl className="figures grid gap-y-2.5">
      {facts.map(([name, value]) => (
        <div key={name} className="flex items-baseline justify-between gap-6">
          <dt className="shrink-0 text-soft">{name}</dt>
          <dd className="min-w-0 text-right font-medium wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
