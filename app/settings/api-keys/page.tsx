import { randomUUID } from "node:crypto";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Notice } from "@/components/account/notice";
import { CreateKey } from "@/components/api-keys/create-key";
import { KeyList } from "@/components/api-keys/key-list";
import { Section } from "@/components/home/section";
import { listApiKeys } from "@/db/identity/api-keys";
import { isBacked } from "@/server/http/flash";
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
  const isRevoked = revoked === "1" && (await isBacked("/settings/api-keys?revoked=1", viewer.id));
  return (
    <div className="mx-auto grid w-full max-w-2xl grid-cols-1 gap-4 sm:gap-6">
      <div>
        <h1 className="text-title">{t("title")}</h1>
        <p className="mt-2 text-soft">{t("lead")}</p>
      </div>
      {isRevoked ? <Notice>{t("revoked")}</Notice> : null}
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
