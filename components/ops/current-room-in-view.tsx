"use client";

import { usePathname } from "next/navigation";
import { useEffect, useRef } from "react";

/** Stands in the list of rooms, and scrolls it to the room one is in where a narrow screen does not show all of them. */
export function CurrentRoomInView() {
  const element = useRef<HTMLLIElement>(null);
  const path = usePathname();
  // biome-ignore lint/correctness/useExhaustiveDependencies: again on every page.
  useEffect(() => {
    const current = element.current?.parentElement?.querySelector("[aria-current]");
    current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [path]);
  return <li ref={element} hidden />;
}
