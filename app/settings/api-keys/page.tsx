import { randomUUID } from "node:crypto";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { CreateKey } from "@/components/api-keys/create-key";
import { KeyList } from "@/components/api-keys/key-list";
import { Section } from "@/components/home/section";
import { listApiKeys } from "@/db/identity/api-keys";
import { authorizePage } from "@/server/identity/authorize";
import { createApiKey, revokeApiKey } from "./actions";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("apiKeys");
  return { title: t("title") };
}

export default async function ApiKeysPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const viewer = await authorizePage("/settings/api-keys", "/settings/api-keys");
  const [{ revoked }, keys, t] = await Promise.all([
    searchParams,
    listApiKeys(viewer.id),
    getTranslations("apiKeys"),
  ]);
  return (
    <div className="mx-auto grid w-full max-w-2xl grid-cols-1 gap-4 sm:gap-6">
      <div>
        <h1 className="text-title">{t("title")}</h1>
        <p className="mt-2 text-soft">{t("lead")}</p>
      </div>
      {revoked === undefined ? null : (
        <p role="status" className="rounded-xl border border-line bg-accent-wash p-3 text-accent-text">
          {t("revoked")}
        </p>
      )}
      <Section title={t("yours")}>
        {keys.length > 0 ? (
          <KeyList keys={keys} revokeKey={revokeApiKey} />
        ) : (
          <p className="text-soft">{t("none")}</p>
        )}
      </Section>
      <Section title={t("newTitle")}>
        <CreateKey createKey={createApiKey} intentId={randomUUID()} />
      </Section>
    </div>
  );
}
