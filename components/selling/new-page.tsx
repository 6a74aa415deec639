import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactElement } from "react";
import { FrozenAccounts } from "@/components/account/frozen-accounts";
import { Panel } from "@/components/ui/panel";

/** The page of a form that makes something: what it makes, the form, and what stands instead where nothing can be made. */
export function NewPage({
  title,
  lead,
  back,
  frozen,
  children,
}: {
  title: string;
  lead: string;
  back: { href: string; text: string };
  /** The currencies of the merchant's frozen accounts. */
  frozen: readonly string[];
  /** Undefined where the merchant has no account that could be paid into. */
  children: ReactElement | undefined;
}) {
  const t = useTranslations("merchant");
  return (
    <div className="mx-auto w-full max-w-3xl">
      <Link
        href={back.href}
        className="inline-flex min-h-11 items-center text-sm font-semibold text-accent-text underline-offset-4 hover:underline"
      >
        {back.text}
      </Link>
      <h1 className="text-title">{title}</h1>
      <p className="mt-2 mb-6 text-soft">{lead}</p>
      <FrozenAccounts currencies={frozen} />
      <Panel>{children ?? <p>{t("noAccounts")}</p>}</Panel>
    </div>
  );
}
