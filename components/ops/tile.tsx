import { CircleAlert, CircleCheck, CircleHelp, TriangleAlert } from "lucide-react";
import { type ReactNode, useId } from "react";
import { cn } from "@/components/ui/cn";

/** How something is: well, to be looked at, wrong, or not known so far. Told by its mark and its words as well as its colour. */
export type Health = "well" | "look" | "wrong" | "unknown";

const LOOKS = {
  well: { mark: CircleCheck, card: "border-line bg-card", text: "text-accent-text" },
  look: { mark: TriangleAlert, card: "border-wait-line bg-wait-wash", text: "text-wait-text" },
  wrong: { mark: CircleAlert, card: "border-alert-line bg-alert-wash", text: "text-alert-text" },
  unknown: { mark: CircleHelp, card: "border-line bg-card", text: "text-soft" },
} as const;

/** A tile that says how one thing is: its name, its state in a few words, and below what that rests on. */
export function Tile({
  name,
  state,
  health,
  children,
}: {
  name: string;
  state: ReactNode;
  health: Health;
  children?: ReactNode;
}) {
  const nameId = useId();
  const { mark: Mark, card, text } = LOOKS[health];
  return (
    <section
      aria-labelledby={nameId}
      data-health={health}
      className={cn("min-w-0 rounded-2xl border p-4", card)}
    >
      <h2 id={nameId} className="text-sm font-medium text-soft">
        {name}
      </h2>
      <p className={cn("mt-1 flex items-start gap-2 text-lg font-semibold tracking-tight", text)}>
        <Mark aria-hidden="true" className="mt-1 size-5 shrink-0" />
        <span className="min-w-0 wrap-anywhere">{state}</span>
      </p>
      {children === undefined ? null : <div className="mt-2 space-y-1 text-sm text-soft">{children}</div>}
    </section>
  );
}
