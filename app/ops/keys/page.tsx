import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { KeyFilters, KeyLookUp } from "@/components/ops/keys/key-filters";
import { KeyList } from "@/components/ops/keys/key-list";
import { PageHead } from "@/components/ops/page-head";
import { Pager } from "@/components/ops/pager";
import { Panel } from "@/components/ui/panel";
import { listKeys } from "@/db/idempotency/operators/list-keys";
import { uuid } from "@/lib/api/requests";
import { cursorOf, readCursor } from "@/server/http/request/paging";
import { authorizePage } from "@/server/identity/authorize";
import { keyFilterOf, keysQueryOf } from "@/server/ops/keys-query";
import { one, PAGE_ROWS, pathWith, type SearchParams } from "@/server/orders/list-query";

const PATH = "/ops/keys";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("opsKeys");
  return { title: t("title") };
}

/** Forms that are open just now, and payments on their way; and what became of any other key. */
export default async function OpsKeysPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const search = await searchParams;
  const query = keysQueryOf(search);
  const typed = one(search.key);
  await authorizePage("/ops/keys", pathWith(PATH, { ...query, key: typed }));
  const key = typed === undefined ? undefined : uuid.safeParse(typed.toLowerCase());
  if (key?.success) redirect(`${PATH}/${key.data}`);
  const now = new Date();
  const cursor = one(search.cursor);
  const after = cursor === undefined ? undefined : readCursor("keys", cursor);
  const filter = await keyFilterOf(query, now);
  const [found, t] = await Promise.all([
    filter === undefined
      ? { entries: [], next: undefined, isCut: false }
      : listKeys(filter, { limit: PAGE_ROWS, after }),
    getTranslations("opsKeys"),
  ]);
  return (
    <>
      <PageHead title={t("title")} lead={t("lead")} />
      <Panel className="mb-6">
        <KeyLookUp typed={typed} isWrong={key !== undefined} />
      </Panel>
      <Panel>
        <KeyFilters query={query} />
        <p className="mb-2 text-sm text-soft">{t("order")}</p>
        <KeyList keys={found.entries} now={now} empty={t(found.isCut ? "noneYet" : "none")} />
        <Pager
          first={after === undefined ? undefined : pathWith(PATH, query)}
          next={found.next && pathWith(PATH, { ...query, cursor: cursorOf("keys", found.next) })}
          cut={found.isCut ? t("cut") : undefined}
        />
      </Panel>
    </>
  );
}
