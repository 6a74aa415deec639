"use client";

import { Copy } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";

/** An address to be given to somebody: to copy, or to select by hand. */
export function CopyLink({ address, label }: { address: string; label: string }) {
  const t = useTranslations("selling");
  const [outcome, setOutcome] = useState<"copied" | "copyFailed">();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(address);
      setOutcome("copied");
    } catch {
      // Not allowed, or no secure context: the address stands there to be selected.
      setOutcome("copyFailed");
    }
  };
  return (
    <div>
      <div className="flex flex-wrap items-center gap-2">
        <output
          aria-label={label}
          className="min-w-0 flex-1 basis-56 rounded-xl border border-line-strong bg-field px-3 py-2.5 text-sm break-all select-all"
        >
          {address}
        </output>
        <Button look="quiet" onClick={copy} className="noscript:hidden">
          <Copy aria-hidden="true" className="size-4" />
          <span>{t("copy")}</span>
        </Button>
      </div>
      <p role="status" className="mt-2 min-h-6 text-sm text-soft noscript:hidden">
        {outcome === undefined ? null : <span>{t(outcome)}</span>}
      </p>
    </div>
  );
}
