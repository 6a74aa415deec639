"use client";

import { unstable_isUnrecognizedActionError } from "next/navigation";
import { useTranslations } from "next-intl";
import type { ReactElement } from "react";
import { Button } from "@/components/ui/button";
import { Outdated } from "./outdated";
import { TryAgain } from "./try-again";

/**
 * Says that a page could not be shown, and what that means for money. `children` is another way on, where there is one. Where
 * `error` is that the server, of another build, does not know an action of this page, nothing was done, and only loading the
 * page leads on: what is fetched by script would end here again.
 */
export function NotShown({
  error,
  retry,
  children,
}: {
  error: unknown;
  retry: () => void;
  children?: ReactElement;
}) {
  const t = useTranslations("errors");
  // An empty address is the page's own.
  if (unstable_isUnrecognizedActionError(error)) return <Outdated address="" />;
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
