import type { ReactNode } from "react";

/** What has just been done, or why not, at the top of a page that was led to. */
export function Notice({ isAlert = false, children }: { isAlert?: boolean; children: ReactNode }) {
  return isAlert ? (
    <p role="alert" className="rounded-xl border border-alert-line bg-alert-wash p-3 text-alert-text">
      {children}
    </p>
  ) : (
    <p role="status" className="rounded-xl border border-line bg-accent-wash p-3 text-accent-text">
      {children}
    </p>
  );
}
