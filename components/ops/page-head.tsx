import type { ReactNode } from "react";

/** The head of a page of the console: what it is, in one sentence what for, and what can be done here. */
export function PageHead({
  title,
  lead,
  action,
}: {
  title: ReactNode;
  lead?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="mb-6 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <h1 className="text-title wrap-anywhere">{title}</h1>
        {lead === undefined ? null : <p className="mt-2 max-w-prose text-soft">{lead}</p>}
      </div>
      {action === undefined ? null : <div className="flex flex-wrap gap-3">{action}</div>}
    </div>
  );
}
