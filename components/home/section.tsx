import { type ReactElement, useId } from "react";
import { Panel } from "@/components/ui/panel";

/** A titled sheet on the start page. `action` stands beside the title. */
export function Section({
  title,
  text,
  action,
  className,
  children,
}: {
  title: string;
  text?: string;
  action?: ReactElement;
  className?: string;
  /** Elements only: a text of its own would stand bare beside the title. */
  children: ReactElement | (ReactElement | null)[];
}) {
  const titleId = useId();
  return (
    <Panel aria-labelledby={titleId} className={className}>
      <div className="mb-3 flex items-baseline justify-between gap-4">
        <h2 id={titleId} className="text-lg font-semibold tracking-tight">
          {title}
        </h2>
        {action}
      </div>
      {text === undefined ? null : <p className="-mt-1 mb-4 text-sm text-soft">{text}</p>}
      {children}
    </Panel>
  );
}
