import type { ReactNode } from "react";

/** What is known, name beside value. A value that is somebody's words brings its own `<bdi>`. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-1 gap-x-6 gap-y-2 sm:grid-cols-[auto_minmax(0,1fr)] sm:items-baseline">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-sm text-soft">{name}</dt>
          <dd className="-mt-2 min-w-0 wrap-anywhere sm:mt-0">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
