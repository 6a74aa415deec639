"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";

const SECOND_MS = 1000;
const HOUR_SECONDS = 3600;

/**
 * How long ago Pay was pressed, counted on. A timer: its text changes each second, and no screen reader says so by itself; it
 * is there for whoever reads it. Nothing is shown where the clock makes no sense of the moment.
 */
export function Elapsed({ sinceMs }: { sinceMs: number }) {
  const t = useTranslations("checkout");
  const [nowMs, setNowMs] = useState<number>();
  useEffect(() => {
    const tick = () => setNowMs(Date.now());
    tick();
    const timer = setInterval(tick, SECOND_MS);
    return () => clearInterval(timer);
  }, []);
  const seconds = nowMs === undefined ? -1 : Math.floor((nowMs - sinceMs) / SECOND_MS);
  if (seconds < 0) return null;
  const [hours, minutes] = [Math.floor(seconds / HOUR_SECONDS), Math.floor((seconds % HOUR_SECONDS) / 60)];
  return (
    <p role="timer" className="figures mt-2 text-sm font-medium text-wait-text">
      {hours > 0
        ? t("elapsedHours", { hours, minutes })
        : minutes > 0
          ? t("elapsedMinutes", { minutes, seconds: seconds % 60 })
          : t("elapsedSeconds", { seconds })}
    </p>
  );
}
