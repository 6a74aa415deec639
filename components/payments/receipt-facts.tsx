/** Names and values, one pair a line. */
export function ReceiptFacts({ facts }: { facts: [name: string, value: string][] }) {
  return (
    <dl className="figures grid gap-y-2.5">
      {facts.map(([name, value]) => (
        <div key={name} className="flex items-baseline justify-between gap-6">
          <dt className="shrink-0 text-soft">{name}</dt>
          <dd className="min-w-0 text-right font-medium break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
