"use client";

import Link from "next/link";
import { columnsOf, DataTable, type Sorting } from "@/components/ops/data-table";
import { cn } from "@/components/ui/cn";

/** Somebody in a line; the house has no handle. */
export type LineParty = { name: string; handle?: string; href?: string };

/** A payment as the table shows it: every word made on the server. */
export type PaymentLine = {
  id: string;
  href: string;
  /** RFC 3339, and as it is read. */
  at: string;
  when: string;
  kind: string;
  payer: LineParty;
  payee: LineParty;
  note: string | undefined;
  amount: string;
  status: string;
  /** That it was paid back since, in part or whole. */
  refunded: string | undefined;
  isDeclined: boolean;
};

export type PaymentHeaders = Record<"time" | "kind" | "payer" | "payee" | "status" | "amount", string>;

const column = columnsOf<PaymentLine>();

/** The payments that were found: as many as fit on a page, in the order of the address. */
export function PaymentTable({
  lines,
  headers,
  caption,
  sorting,
  empty,
}: {
  lines: PaymentLine[];
  headers: PaymentHeaders;
  caption: string;
  sorting: Sorting;
  empty: string;
}) {
  const columns = [
    column.accessor("at", {
      id: "time",
      header: headers.time,
      cell: ({ row: { original } }) => (
        <Link
          href={original.href}
          prefetch={false}
          className="inline-flex min-h-11 flex-col justify-center underline-offset-4 hover:underline sm:min-h-0"
        >
          <time
            dateTime={original.at}
            className="figures font-medium underline underline-offset-4 sm:whitespace-nowrap"
          >
            {original.when}
          </time>
          <span className="font-mono text-xs text-soft">{`…${original.id.slice(-12)}`}</span>
        </Link>
      ),
    }),
    column.accessor("kind", {
      id: "kind",
      header: headers.kind,
      cell: ({ row: { original } }) => (
        <span className="block">
          <span className="block">{original.kind}</span>
          {original.note === undefined ? null : (
            <span className="block max-w-56 truncate text-xs text-soft" title={original.note}>
              <bdi>{original.note}</bdi>
            </span>
          )}
        </span>
      ),
    }),
    column.accessor("payer", {
      id: "payer",
      header: headers.payer,
      cell: ({ row: { original } }) => <Party party={original.payer} />,
    }),
    column.accessor("payee", {
      id: "payee",
      header: headers.payee,
      cell: ({ row: { original } }) => <Party party={original.payee} />,
    }),
    column.accessor("status", {
      id: "status",
      header: headers.status,
      cell: ({ row: { original } }) => (
        <span className={cn("block", original.isDeclined ? "text-alert-text" : "text-soft")}>
          <span className="block">{original.status}</span>
          {original.refunded === undefined ? null : (
            <span className="block font-medium text-ink">{original.refunded}</span>
          )}
        </span>
      ),
    }),
    column.accessor("amount", {
      id: "amount",
      header: headers.amount,
      cell: ({ row: { original } }) => (
        <span
          className={cn(
            "figures block sm:whitespace-nowrap",
            original.isDeclined ? "text-soft line-through" : "font-semibold",
          )}
        >
          {original.amount}
        </span>
      ),
    }),
  ];
  return (
    <DataTable
      caption={caption}
      columns={columns}
      rows={lines}
      sorting={sorting}
      numeric={["amount"]}
      empty={empty}
    />
  );
}

function Party({ party: { name, handle, href } }: { party: LineParty }) {
  const text = (
    <>
      <bdi className="block">{name}</bdi>
      {handle === undefined ? null : <bdi className="block text-xs text-soft">{`@${handle}`}</bdi>}
    </>
  );
  return href === undefined ? (
    <span className="block">{text}</span>
  ) : (
    <Link href={href} prefetch={false} className="block underline-offset-4 hover:underline">
      {text}
    </Link>
  );
}
