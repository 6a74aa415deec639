"use client";

import { useTranslations } from "next-intl";
import type { Purpose } from "@/lib/api/payment";
import type { Asked } from "./payment/ask-first";

/** What became of a press that was to be asked about first: while that takes long, and where there was no answer. */
export function AskedFirst({
  asked,
  kind,
  returnTo,
}: {
  asked: Asked | "asking" | undefined;
  kind: Purpose["kind"];
  /** The page that the form stands on, to be loaded anew where it is of an earlier build. */
  returnTo: string;
}) {
  const t = useTranslations("checkout");
  return (
    <div role="status" className="empty:-mb-4">
      {asked === "asking" ? (
        <p className="appear-late text-center text-sm text-soft">{t("asking")}</p>
      ) : asked === "not-known" || asked === "outdated" ? (
        <div className="rounded-xl border border-wait-line bg-wait-wash p-4">
          <p className="font-semibold text-wait-text">{t("notAskedTitle")}</p>
          <p className="mt-1 text-sm">
            {t(asked === "outdated" ? "notAskedOutdated" : "notAsked", { act: t(`act_${kind}`) })}
          </p>
          {asked === "outdated" ? (
            <p>
              {/* Loaded by the browser, scripts and all. */}
              <a
                href={returnTo}
                className="inline-flex min-h-11 items-center font-medium text-accent-text underline underline-offset-4"
              >
                {t("loadAnew")}
              </a>
            </p>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}
