import { cn } from "@/components/ui/cn";

/** Longer than this, an amount in the largest type no longer fits a telephone. */
const LARGEST_TYPE_MAX_LENGTH = 10;

/** And longer than this, it would be broken over two lines there, and read as two numbers. */
const LARGE_TYPE_MAX_LENGTH = 14;

/** What is to be paid, as large as it fits: the one number of the page that nobody may overlook. */
export function Amount({ amount }: { amount: string }) {
  const size =
    amount.length > LARGE_TYPE_MAX_LENGTH
      ? "text-lg font-semibold sm:text-title"
      : amount.length > LARGEST_TYPE_MAX_LENGTH
        ? "text-title"
        : "text-display";
  return <p className={cn("figures mt-1 mb-6 wrap-anywhere", size)}>{amount}</p>;
}
