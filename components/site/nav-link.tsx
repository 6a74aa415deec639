"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";

/**
 * A link of a menu; it says when it leads to the page one is on, or, unless `isAlone`, to the one above it. `also`: a path elsewhere
 * that belongs below it.
 */
export function NavLink({
  href,
  isAlone = false,
  also,
  className,
  children,
}: {
  href: string;
  isAlone?: boolean;
  also?: string | undefined;
  className: string;
  children: string;
}) {
  const path = usePathname();
  const isAbove = (!isAlone && path.startsWith(`${href}/`)) || path === also;
  const current = path === href ? "page" : isAbove ? "true" : undefined;
  return (
    <Link href={href} aria-current={current} className={className}>
      {children}
    </Link>
  );
}
