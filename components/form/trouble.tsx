"use client";

import { useTranslations } from "next-intl";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";
import type { FormTrouble } from "@/lib/form/form-state";

/** Why nothing came of a form, where no field is to blame, and what to do: all that was typed still stands in it. */
export function Trouble({ trouble, id }: { trouble: FormTrouble; id?: string }) {
  const t = useTranslations("form");
  return (
    <>
      <p id={id} className="font-semibold wrap-anywhere">
        {trouble.code === "other-user"
          ? inElements(t.rich("trouble_other-user", { name: trouble.signedInAs, bdi }))
          : t(`trouble_${trouble.code}`)}
      </p>
      {trouble.code === "other-user" ? <p className="mt-1">{t("otherUserText")}</p> : null}
      {trouble.code === "other-user" || trouble.code === "unauthenticated" ? (
        <p className="mt-1">
          {/* In a tab of its own: what was typed stays here. */}
          <a
            href="/sign-in"
            target="_blank"
            rel="noreferrer"
            className="inline-flex min-h-11 items-center underline underline-offset-4"
          >
            {t("signInElsewhere")}
          </a>
        </p>
      ) : null}
    </>
  );
}
