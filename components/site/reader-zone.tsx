"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { TIME_ZONE_COOKIE } from "@/lib/time-zone";

/** A year, as for a language: a browser that moves says so on its next page. */
const MAX_AGE_SECONDS = 365 * 24 * 60 * 60;

/**
 * Tells the server the browser's time zone, which no header says, and has the times of this page written in it. The server
 * writes them all: what both wrote would be two texts for one moment.
 */
export function ReaderZone({ zone }: { zone: string }) {
  const { refresh } = useRouter();
  useEffect(() => {
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
    const cookie = `${TIME_ZONE_COOKIE}=${encodeURIComponent(timeZone)}`;
    const isTold = document.cookie.split("; ").includes(cookie);
    if (timeZone === undefined || timeZone === zone || isTold) return;
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is younger than the browsers we serve.
    document.cookie = `${cookie}; path=/; max-age=${MAX_AGE_SECONDS}; samesite=lax`;
    refresh();
  }, [zone, refresh]);
  return null;
}
