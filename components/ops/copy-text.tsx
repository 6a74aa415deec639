"use client";

import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";

/** Copies `text`, which stands beside it and can be selected by hand where copying is not allowed. Its words come from the page. */
export function CopyText({ text, label, done }: { text: string; label: string; done: string }) {
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setIsCopied(true);
    } catch {
      // Not allowed, or no secure context: nothing is claimed.
      setIsCopied(false);
    }
  };
  const Mark = isCopied ? Check : Copy;
  return (
    <Button look="quiet" size="small" onClick={copy} className="noscript:hidden">
      <Mark aria-hidden="true" className="size-4" />
      <span aria-live="polite">{isCopied ? done : label}</span>
    </Button>
  );
}
