"use client";

import { Check, Copy } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { cn } from "@/components/ui/cn";

/** An id, whole, to select by hand or to copy; where `href` is given it leads there. The words come from the server: nobody else downloads the console's. */
export function CopiedId({
  id,
  href,
  words,
}: {
  id: string;
  href?: string | undefined;
  /** What the button is called, and what is said once it is done, or could not be. */
  words: { copy: string; copied: string; failed: string };
}) {
  const [outcome, setOutcome] = useState<"copied" | "failed">();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(id);
      setOutcome("copied");
    } catch {
      // Not allowed, or no secure context: it stands there to be selected.
      setOutcome("failed");
    }
  };
  const Mark = outcome === "copied" ? Check : Copy;
  return (
    <span className="flex items-center gap-1">
      {href === undefined ? (
        <span className="min-w-0 font-mono text-sm wrap-anywhere select-all">{id}</span>
      ) : (
        <Link
          href={href}
          prefetch={false}
          className="inline-flex min-h-11 min-w-0 items-center font-mono text-sm wrap-anywhere text-accent-text underline underline-offset-4"
        >
          {id}
        </Link>
      )}
      <button
        type="button"
        onClick={copy}
        aria-label={words.copy}
        title={words.copy}
        className="inline-flex size-11 shrink-0 cursor-pointer items-center justify-center rounded-xl text-soft hover:bg-wash hover:text-ink noscript:hidden"
      >
        <Mark aria-hidden="true" className={cn("size-4", outcome === "copied" && "text-accent-text")} />
      </button>
      <span role="status" className="sr-only">
        {outcome === undefined ? "" : words[outcome]}
      </span>
    </span>
  );
}
