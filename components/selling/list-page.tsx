import type { ReactElement } from "react";
import { Panel } from "@/components/ui/panel";

/** One of the merchant's lists: its title with what can be done, then the list. */
export function ListPage({
  title,
  action,
  above,
  children,
}: {
  title: string;
  action: ReactElement;
  above?: ReactElement | undefined;
  children: ReactElement | (ReactElement | null)[];
}) {
  return (
    <div className="mx-auto w-full max-w-4xl">
      <div className="mb-6 flex flex-wrap items-center justify-between gap-3">
        <h1 className="text-title">{title}</h1>
        {action}
      </div>
      {above}
      <Panel>{children}</Panel>
    </div>
  );
}
