import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { PageHead } from "@/components/ops/page-head";
import { RunResults } from "@/components/ops/reconcile/run-results";
import { Panel } from "@/components/ui/panel";
import { CHECKS } from "@/db/ledger/reconcile";
import { findRun } from "@/db/ledger/reconciliation/history";
import { uuid } from "@/lib/api/requests";
import { authorizePage } from "@/server/identity/authorize";

type Props = { params: Promise<{ runId: string }> };

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("opsReconcile");
  return { title: t("runTitle") };
}

/** One run over the books: what each check said, and the rows it found. */
export default async function ReconcileRunPage({ params }: Props) {
  const id = uuid.safeParse((await params).runId).data;
  if (id === undefined) notFound();
  await authorizePage("/ops/reconcile/[runId]", `/ops/reconcile/${id}`);
  const [t, found] = await Promise.all([getTranslations("opsReconcile"), findRun(id)]);
  if (!found) notFound();
  return (
    <>
      <Link
        href="/ops/reconcile"
        className="inline-flex min-h-11 items-center text-sm font-semibold text-accent-text underline-offset-4 hover:underline"
      >
        {t("back")}
      </Link>
      <PageHead title={t("runTitle")} lead={t(`runLead_${found.run.kind}`)} />
      <Panel>
        <RunResults {...found} meanings={new Map(CHECKS.map(({ name, meaning }) => [name, meaning]))} />
      </Panel>
    </>
  );
}
