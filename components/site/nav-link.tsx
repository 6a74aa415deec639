"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";

/** A link of a menu; it says when it leads to the page one is on, or, unless `isAlone`, to the one above it. */
export function NavLink({
  href,
  isAlone = false,
  className,
  children,
}: {
  href: string;
  isAlone?: boolean;
  className: string;
  children: string;
}) {
  const path = usePathname();
  const isAbove = !isAlone && path.startsWith(`${href}/`);
  const current = path === href ? "page" : isAbove ? "true" : undefined;
  return (
    <Link href={href} aria-current={current} className={className}>
      {children}
    </Link>
  );
}
