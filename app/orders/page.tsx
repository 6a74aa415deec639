import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { FilterChoice, FilterField, Filters } from "@/components/selling/filters";
import { ListPage } from "@/components/selling/list-page";
import { MerchantOrderList } from "@/components/selling/merchant-order-list";
import { Pager } from "@/components/selling/pager";
import { Button } from "@/components/ui/button";
import { searchOrdersOf } from "@/db/orders/merchant-orders";
import { ORDER_STATES, type OrderState } from "@/lib/api/order";
import { cursorOf, readCursor } from "@/server/http/request/paging";
import { authorizePage } from "@/server/identity/authorize";
import { one, PAGE_ROWS, pathWith, type SearchParams } from "@/server/orders/list-query";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("merchant");
  return { title: t("orders") };
}

/** A merchant's orders, newest first. */
export default async function OrdersPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const search = await searchParams;
  const [text, cursor] = [one(search.q), one(search.cursor)];
  const state = ORDER_STATES.find((known): known is OrderState => known === search.state);
  const query = { ...(state && { state }), ...(text && { q: text }) };
  const viewer = await authorizePage("/orders", pathWith("/orders", query));
  const after = cursor === undefined ? undefined : readCursor("orders", cursor);
  const [found, t, tOrder] = await Promise.all([
    searchOrdersOf(viewer.id, { state, text }, { limit: PAGE_ROWS, after }),
    getTranslations("merchant"),
    getTranslations("order"),
  ]);
  const isFiltered = state !== undefined || text !== undefined;
  const next = found.next && cursorOf("orders", found.next);
  return (
    <ListPage
      title={t("orders")}
      action={
        <Button asChild>
          <Link href="/orders/new">{t("newOrder")}</Link>
        </Button>
      }
    >
      <Filters action="/orders" isUsed={isFiltered}>
        <FilterField name="q" label={t("searchOrders")} value={text} />
        <FilterChoice
          name="state"
          label={t("state")}
          value={state}
          options={[
            { value: "", label: t("any") },
            ...ORDER_STATES.map((value) => ({ value, label: tOrder(`state_${value}`) })),
          ]}
        />
      </Filters>
      {found.entries.length > 0 ? (
        <MerchantOrderList orders={found.entries} />
      ) : (
        <p className="text-soft">{t(isFiltered || after ? "nothingFits" : "noOrders")}</p>
      )}
      <Pager
        first={after && pathWith("/orders", query)}
        next={next && pathWith("/orders", { ...query, cursor: next })}
        isCut={found.isCut}
      />
    </ListPage>
  );
}
