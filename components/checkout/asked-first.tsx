"use client";

import { useTranslations } from "next-intl";
import type { Purpose } from "@/lib/api/payment";
import type { Asked } from "./payment/ask-first";

/** What became of a press that was to be asked about first: while that takes long, and where there was no answer. */
export function AskedFirst({ asked, kind }: { asked: Asked | "asking" | undefined; kind: Purpose["kind"] }) {
  const t = useTranslations("checkout");
  return (
    <div role="status" className="empty:-mb-4">
      {asked === "asking" ? (
        <p className="appear-late text-center text-sm text-soft">{t("asking")}</p>
      ) : asked === "not-known" ? (
        <div className="rounded-xl border border-wait-line bg-wait-wash p-4">
          <p className="font-semibold text-wait-text">{t("notAskedTitle")}</p>
          <p className="mt-1 text-sm">{t("notAsked", { act: t(`act_${kind}`) })}</p>
        </div>
      ) : null}
    </div>
  );
}
