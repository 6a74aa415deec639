import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { LinkList } from "@/components/selling/link-list";
import { ListPage } from "@/components/selling/list-page";
import { Pager } from "@/components/selling/pager";
import { Button } from "@/components/ui/button";
import { listPaymentLinksOf } from "@/db/orders/payment-links";
import { cursorOf, readCursor } from "@/server/http/request/paging";
import { authorizePage } from "@/server/identity/authorize";
import { one, PAGE_ROWS, pathWith, type SearchParams } from "@/server/orders/list-query";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("merchant");
  return { title: t("links") };
}

/** A merchant's payment links, newest first. */
export default async function PaymentLinksPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const cursor = one((await searchParams).cursor);
  const viewer = await authorizePage("/links", "/links");
  const after = cursor === undefined ? undefined : readCursor("links", cursor);
  const [found, t] = await Promise.all([
    listPaymentLinksOf(viewer.id, PAGE_ROWS + 1, after),
    getTranslations("merchant"),
  ]);
  const links = found.slice(0, PAGE_ROWS);
  const last = links.at(-1);
  const next =
    found.length > PAGE_ROWS && last
      ? cursorOf("links", { at: new Date(last.createdAt), id: last.id })
      : undefined;
  return (
    <ListPage
      title={t("links")}
      action={
        <Button asChild>
          <Link href="/links/new">{t("newLink")}</Link>
        </Button>
      }
    >
      {links.length > 0 ? (
        <LinkList links={links} />
      ) : (
        <p className="text-soft">{t(after ? "nothingFits" : "noLinks")}</p>
      )}
      <Pager first={after && "/links"} next={next && pathWith("/links", { cursor: next })} isCut={false} />
    </ListPage>
  );
}
