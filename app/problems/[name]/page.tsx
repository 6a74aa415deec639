import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { isProblemName, PROBLEMS } from "@/lib/api/problems";
import { robotsFor } from "@/server/http/well-known/robots";

type Params = { params: Promise<{ name: string }> };

export async function generateMetadata({ params }: Params): Promise<Metadata> {
  const { name } = await params;
  const t = await getTranslations("problems");
  return isProblemName(name) ? { title: t(`${name}.title`), robots: robotsFor("/problems/[name]") } : {};
}

/** Explains one kind of failure to people: what happened, whether money moved, what to do. */
export default async function ProblemPage({ params }: Params) {
  const { name } = await params;
  if (!isProblemName(name)) notFound();
  const { status, moneyMoved, retry, title, detail } = PROBLEMS[name];
  const t = await getTranslations();
  return (
    <article className="max-w-2xl">
      <p className="text-sm text-soft">{t("problem.eyebrow")}</p>
      <h1 className="mt-1 text-title">{t(`problems.${name}.title`)}</h1>
      <p className="mt-4 text-lg">{t(`problems.${name}.happened`)}</p>
      <h2 className="mt-8 text-lg font-semibold">{t("problem.moneyTitle")}</h2>
      <p className="mt-1 text-soft">{t(`problem.money_${moneyMoved}`)}</p>
      <h2 className="mt-6 text-lg font-semibold">{t("problem.nextTitle")}</h2>
      <p className="mt-1 text-soft">
        {name === "declined" ? t("problem.declinedRetry") : t(`problem.retry_${retry}`)}
      </p>
      {moneyMoved === "unknown" || moneyMoved === "looked-up" ? (
        <p>
          <Link
            href="/where"
            className="inline-flex min-h-11 items-center font-medium text-accent-text underline-offset-4 hover:underline"
          >
            {t("problem.whereIsIt")}
          </Link>
        </p>
      ) : null}
      <h2 className="mt-8 border-t border-line pt-6 text-sm font-semibold">{t("problem.forPrograms")}</h2>
      <dl className="figures mt-2 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm text-soft">
        <dt>type</dt>
        <dd className="break-all">{`/problems/${name}`}</dd>
        <dt>status</dt>
        <dd>{status}</dd>
        <dt>title</dt>
        <dd lang="en">{title}</dd>
        <dt>detail</dt>
        <dd lang="en">{detail}</dd>
        <dt>moneyMoved</dt>
        <dd>{moneyMoved === "looked-up" ? "no | yes | unknown" : moneyMoved}</dd>
        <dt>retry</dt>
        <dd>{name === "declined" ? "new-key | never" : retry}</dd>
      </dl>
    </article>
  );
}
