import { cn } from "@/components/ui/cn";

/** Longer than this, an amount in the largest type no longer fits a telephone. */
const LARGEST_TYPE_MAX_LENGTH = 10;

/** What is to be paid, as large as it fits: the one number of the page that nobody may overlook. */
export function Amount({ amount }: { amount: string }) {
  const isLong = amount.length > LARGEST_TYPE_MAX_LENGTH;
  return (
    <p className={cn("figures mt-1 mb-6 wrap-anywhere", isLong ? "text-title" : "text-display")}>{amount}</p>
  );
}
