import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Copyable } from "@/components/ops/copyable";

/** Who somebody is, and where what they do is told. */
export function PersonFacts({
  person,
  openKeys,
}: {
  person: {
    id: string;
    name: string;
    handle: string;
    email: string;
    emailVerified: boolean;
    role: "payer" | "merchant" | "operator";
    frozenAt: Date | null;
    createdAt: Date;
  };
  openKeys: number;
}) {
  const t = useTranslations("opsPeople");
  const format = useFormatter();
  const { id, handle, email, emailVerified, role, frozenAt, createdAt } = person;
  const facts: [string, ReactNode][] = [
    [t("handle"), `@${handle}`],
    [t("email"), `${email} ${t(emailVerified ? "verified" : "unverified")}`],
    [t("role"), t(`role_${role}`)],
    [t("since"), format.dateTime(createdAt, "moment")],
    ...(frozenAt === null
      ? []
      : [[t("frozenSince"), format.dateTime(frozenAt, "moment")] as [string, string]]),
    [t("openKeys"), openKeys.toString()],
    [t("id"), <Copyable key="id" id={id} />],
  ];
  return (
    <>
      <dl className="divide-y divide-line">
        {facts.map(([term, value]) => (
          <div key={term} className="flex flex-wrap justify-between gap-x-4 py-2 first:pt-0">
            <dt className="text-soft">{term}</dt>
            <dd className="min-w-0 wrap-anywhere">{value}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-2 flex flex-wrap gap-x-5">
        {[
          { href: `/ops/payments?${new URLSearchParams({ q: handle })}`, text: t("theirPayments") },
          { href: `/ops/audit?${new URLSearchParams({ subject: `@${handle}` })}`, text: t("theirAudit") },
          {
            href: `/ops/audit?${new URLSearchParams({ view: "security", user: `@${handle}` })}`,
            text: t("theirSecurity"),
          },
        ].map(({ href, text }) => (
          <Link
            key={href}
            href={href}
            prefetch={false}
            className="inline-flex min-h-11 items-center text-sm font-semibold text-accent-text underline underline-offset-4"
          >
            {text}
          </Link>
        ))}
      </p>
    </>
  );
}
