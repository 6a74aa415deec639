"use client";

import { useTranslations } from "next-intl";
import { TryAgain } from "@/components/site/try-again";
import { Button } from "@/components/ui/button";

export default function ErrorPage({ retry }: { error: unknown; retry: () => void }) {
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
    </div>
  );
}
