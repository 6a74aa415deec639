import { Check, X } from "lucide-react";

/** The ring, drawn once around a tick. */
export function DoneMark() {
  return (
    <div className="relative mx-auto size-16 text-accent-text">
      <svg viewBox="0 0 64 64" fill="none" aria-hidden="true" className="absolute inset-0">
        <circle cx="32" cy="32" r="29" className="fill-accent-wash" />
        <circle
          cx="32"
          cy="32"
          r="29"
          pathLength={100}
          stroke="currentColor"
          strokeWidth="4"
          strokeLinecap="round"
          transform="rotate(-90 32 32)"
          className="draw-once"
        />
      </svg>
      <Check aria-hidden="true" strokeWidth={3} className="absolute inset-4 size-8" />
    </div>
  );
}

/** What a declined payment has instead. */
export function DeclinedMark() {
  return (
    <div className="mx-auto flex size-16 items-center justify-center rounded-full border-4 border-alert-line bg-alert-wash text-alert-text">
      <X aria-hidden="true" strokeWidth={3} className="size-8" />
    </div>
  );
}
