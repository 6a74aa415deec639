"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/**
 * Has the page around it made anew every `everyMs` while somebody may look at it: not in a hidden tab, and at once where that is
 * shown again. Without JavaScript the page stays as it was made.
 */
export function LiveRefresh({ everyMs }: { everyMs: number }) {
  const router = useRouter();
  useEffect(() => {
    let shownMs = performance.now();
    const refresh = () => {
      if (document.hidden || performance.now() - shownMs < everyMs) return;
      shownMs = performance.now();
      router.refresh();
    };
    // Oftener than it refreshes, so that a tab that is shown again need not wait.
    const timer = setInterval(refresh, 500);
    document.addEventListener("visibilitychange", refresh);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", refresh);
    };
  }, [router, everyMs]);
  return null;
}
