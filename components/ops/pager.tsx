import Link from "next/link";
import { Button } from "@/components/ui/button";

/** The way on in a list, and back to where it begins. The page says it in words of its own. */
export function OpsPager({
  label,
  first,
  next,
}: {
  label: string;
  first: { href: string; text: string } | undefined;
  next: { href: string; text: string } | undefined;
}) {
  if (first === undefined && next === undefined) return null;
  return (
    <nav aria-label={label} className="mt-5 flex flex-wrap gap-3">
      {[first, next].map((way) =>
        way === undefined ? null : (
          <Button key={way.href} asChild look="quiet">
            <Link href={way.href} prefetch={false}>
              {way.text}
            </Link>
          </Button>
        ),
      )}
    </nav>
  );
}
