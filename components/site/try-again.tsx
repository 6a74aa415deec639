"use client";

import { type ReactNode, useTransition } from "react";
import { Button } from "@/components/ui/button";

/**
 * Fetches the page again by `retry`, one try at a time: each press while one is under way would queue another behind it, and
 * the page would come after the last.
 */
export function TryAgain({
  retry,
  look,
  children,
}: {
  retry: () => void;
  look?: "quiet";
  children: ReactNode;
}) {
  const [isTrying, startTrying] = useTransition();
  return (
    <Button disabled={isTrying} onClick={() => startTrying(retry)} {...(look && { look })}>
      {children}
    </Button>
  );
}
