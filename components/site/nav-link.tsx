"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";

/** A link of a menu; it says when it leads to the page one is on, or to the one above it. */
export function NavLink({
  href,
  className,
  children,
}: {
  href: string;
  className: string;
  children: string;
}) {
  const path = usePathname();
  const current = path === href ? "page" : path.startsWith(`${href}/`) ? "true" : undefined;
  return (
    <Link href={href} aria-current={current} className={className}>
      {children}
    </Link>
  );
}
