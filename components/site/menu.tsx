"use client";

import { usePathname } from "next/navigation";
import { type ReactElement, useEffect, useRef } from "react";

/**
 * What opens below its own button. It is a `<details>`, so it works without scripts; with them it closes where people
 * expect it to: on Escape, beside it, and on the page that it led to.
 */
export function Menu({ label, children }: { label: ReactElement; children: ReactElement[] }) {
  const element = useRef<HTMLDetailsElement>(null);
  const path = usePathname();
  // biome-ignore lint/correctness/useExhaustiveDependencies: it closes when the page changes.
  useEffect(() => {
    element.current?.removeAttribute("open");
  }, [path]);
  useEffect(() => {
    const closeBeside = ({ target }: PointerEvent) => {
      if (element.current?.contains(target as Node | null) === false) element.current.open = false;
    };
    const closeOnEscape = ({ key }: KeyboardEvent) => {
      if (key !== "Escape" || !element.current?.open) return;
      element.current.open = false;
      element.current.querySelector("summary")?.focus();
    };
    document.addEventListener("pointerdown", closeBeside);
    document.addEventListener("keydown", closeOnEscape);
    return () => {
      document.removeEventListener("pointerdown", closeBeside);
      document.removeEventListener("keydown", closeOnEscape);
    };
  }, []);
  return (
    <details ref={element} className="group relative">
      <summary className="flex h-11 max-w-56 cursor-pointer list-none items-center gap-2 rounded-xl border border-line-strong bg-card px-3 text-sm font-semibold hover:bg-wash [&::-webkit-details-marker]:hidden">
        {label}
      </summary>
      <div className="absolute top-full right-0 z-20 mt-2 w-72 max-w-[calc(100vw-2rem)] rounded-2xl border border-line-strong bg-card p-2 shadow-sheet">
        {children}
      </div>
    </details>
  );
}
