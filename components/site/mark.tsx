import { cn } from "@/components/ui/cn";

/**
 * The mark: a ring drawn in one stroke, and the one point where it closes. `motion` draws it once, or turns it
 * while something is being found out.
 */
export function Mark({
  className,
  motion = "none",
}: {
  className?: string;
  motion?: "none" | "draw" | "turn";
}) {
  return (
    <svg
      viewBox="0 0 32 32"
      // Where no styles come, a picture without a size fills the screen.
      width={28}
      height={28}
      fill="none"
      aria-hidden="true"
      focusable="false"
      className={cn(
        "size-7 shrink-0",
        motion === "turn" && "motion-safe:animate-[spin_2.4s_linear_infinite]",
        className,
      )}
    >
      <path
        d="M19.6 4.55A12 12 0 1 0 27.45 12.4"
        pathLength={100}
        stroke="currentColor"
        strokeWidth="4"
        strokeLinecap="round"
        className={cn(motion === "draw" && "draw-once")}
      />
      <circle cx="25.2" cy="6.8" r="2.9" fill="currentColor" />
    </svg>
  );
}
