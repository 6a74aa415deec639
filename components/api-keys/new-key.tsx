"use client";

import { Copy } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { bdi } from "@/components/ui/bdi";
import { Button } from "@/components/ui/button";
import { inElements } from "@/components/ui/in-elements";

/** A key that was just made, to be copied. It lives in this page's memory only, and is gone with it. */
export function NewKey({ name, apiKey }: { name: string; apiKey: string }) {
  const t = useTranslations("apiKeys");
  const [outcome, setOutcome] = useState<"copied" | "copyFailed">();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(apiKey);
      setOutcome("copied");
    } catch {
      // Not allowed, or no secure context: the key stands there to be selected.
      setOutcome("copyFailed");
    }
  };
  return (
    <div className="rounded-xl border border-line bg-accent-wash p-4">
      <p role="status" className="font-semibold">
        {inElements(t.rich("madeTitle", { name, bdi }))}
      </p>
      <p className="mt-1 text-sm text-soft">{t("madeText")}</p>
      <div className="mt-3 flex flex-wrap items-center gap-2">
        <output
          aria-label={t("key")}
          className="min-w-0 flex-1 basis-64 rounded-xl border border-line-strong bg-field px-3 py-2.5 font-mono text-sm break-all select-all"
        >
          {apiKey}
        </output>
        <Button look="quiet" size="small" onClick={copy} className="noscript:hidden">
          <Copy aria-hidden="true" className="size-4" />
          <span>{t("copy")}</span>
        </Button>
      </div>
      <p role="status" className="mt-2 text-sm text-soft empty:hidden">
        {outcome === undefined ? null : t(outcome)}
      </p>
    </div>
  );
}
