"use client";

import { useTranslations } from "next-intl";
import type { ReactElement } from "react";
import { Button } from "@/components/ui/button";
import { TryAgain } from "./try-again";

/** Says that a page could not be shown, and what that means for money. `children` is another way on, where there is one. */
export function NotShown({ retry, children }: { retry: () => void; children?: ReactElement }) {
  const t = useTranslations("errors");
  return (
    <div role="alert" className="max-w-xl pt-6">
      <h1 className="text-title">{t("errorTitle")}</h1>
      <p className="mt-3 text-lg text-soft">{t("error")}</p>
      <div className="mt-6 flex flex-wrap gap-3">
        <TryAgain retry={retry}>{t("retry")}</TryAgain>
        <Button asChild look="quiet">
          <a href="/payments">{t("payments")}</a>
        </Button>
      </div>
      {children}
    </div>
  );
}
