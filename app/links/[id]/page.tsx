import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { Section } from "@/components/home/section";
import { OrderLines } from "@/components/orders/order-lines";
import { Confirm } from "@/components/selling/confirm";
import { MerchantOrderList } from "@/components/selling/merchant-order-list";
import { Pager } from "@/components/selling/pager";
import { Share } from "@/components/selling/share";
import { Panel } from "@/components/ui/panel";
import { searchOrdersOf } from "@/db/orders/merchant-orders";
import { findPaymentLink } from "@/db/orders/payment-links";
import { uuid } from "@/lib/api/requests";
import { formatMoney } from "@/lib/money";
import { isBacked } from "@/server/http/flash";
import { readersOrigin } from "@/server/http/readers-origin";
import { cursorOf, readCursor } from "@/server/http/request/paging";
import { authorizePage } from "@/server/identity/authorize";
import { one, PAGE_ROWS, pathWith, type SearchParams } from "@/server/orders/list-query";

type Props = { params: Promise<{ id: string }>; searchParams: Promise<SearchParams> };

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("merchant");
  return { title: t("linkTitle") };
}

const STATE_TEXTS = { open: "linkIsOpen", suspended: "linkIsSuspended", closed: "linkIsClosed" } as const;

/** One of a merchant's payment links: to give it to people, to see what was ordered by it, to close it. */
export default async function PaymentLinkPage({ params, searchParams }: Props) {
  const [{ id: given }, search] = await Promise.all([params, searchParams]);
  const id = uuid.safeParse(given).data;
  if (id === undefined) notFound();
  const page = `/links/${id}`;
  const viewer = await authorizePage("/links/[id]", page);
  const cursor = one(search.cursor);
  const after = cursor === undefined ? undefined : readCursor("orders", cursor);
  const [link, made, t, locale, origin] = await Promise.all([
    findPaymentLink(id),
    searchOrdersOf(viewer.id, { linkId: id }, { limit: PAGE_ROWS, after }),
    getTranslations("merchant"),
    getLocale(),
    readersOrigin(),
  ]);
  if (link?.merchant.id !== viewer.id) notFound();
  const next = made.next && cursorOf("orders", made.next);
  const isOpen = link.state === "open";
  const isUnknown = search.notice === "unknown" && (await isBacked(`${page}?notice=unknown`, viewer.id));
  return (
    <div className="mx-auto w-full max-w-4xl">
      <Link
        href="/links"
        className="inline-flex min-h-11 items-center text-sm font-semibold text-accent-text underline-offset-4 hover:underline"
      >
        {t("backToLinks")}
      </Link>
      <h1 className="mb-6 text-title wrap-anywhere">
        <bdi>{link.description}</bdi>
      </h1>
      <div className="grid grid-cols-1 items-start gap-4 sm:gap-6 md:grid-cols-2">
        <Panel>
          <p className="text-sm text-soft">{t("amount")}</p>
          <p className="figures text-2xl font-bold tracking-tight wrap-anywhere">
            {formatMoney(link.totalMinor, link.currency, locale)}
          </p>
          <p className="mt-1 text-soft">
            {link.quantityMax === undefined ? t("onceEach") : t("upTo", { max: link.quantityMax })}
          </p>
          <p role="status" className="mt-4">
            {t(isUnknown && link.state !== "closed" ? "closeUnknown" : STATE_TEXTS[link.state])}
          </p>
          <div className="mt-4 border-t border-line pt-3">
            <OrderLines order={link} />
          </div>
          {link.state !== "closed" ? (
            <div className="mt-4 border-t border-line pt-2">
              <Confirm
                action={`${page}/close`}
                userId={viewer.id}
                what={t("close")}
                text={t("closeText")}
                forCertain={t("closeForCertain")}
              />
            </div>
          ) : null}
        </Panel>
        {isOpen ? <Share address={`${origin}/pay/${link.id}`} text={t("shareLink")} /> : null}
        <Section title={t("ordersByLink")} className="md:col-span-2">
          {made.entries.length > 0 ? (
            <MerchantOrderList orders={made.entries} />
          ) : (
            <p className="text-soft">{t(after ? "nothingFits" : "noOrdersByLink")}</p>
          )}
          <Pager first={after && page} next={next && pathWith(page, { cursor: next })} isCut={made.isCut} />
        </Section>
      </div>
    </div>
  );
}
