"use client";

import Link from "next/link";
import { columnsOf, DataTable } from "@/components/ops/data-table";
import { cn } from "@/components/ui/cn";

/** An open key as the table shows it: every word made on the server. */
export type KeyLine = {
  key: string;
  href: string;
  purpose: string;
  /** Of an order. */
  description: string | undefined;
  amount: string | undefined;
  owner: { name: string; handle: string; href: string } | undefined;
  age: string;
  openedAt: string;
  opened: string;
  arrivals: string;
  hasArrivals: boolean;
};

export type KeyHeaders = Record<"key" | "purpose" | "owner" | "age" | "arrivals", string>;

const column = columnsOf<KeyLine>();

/** The open keys that were found, those first whose forms were opened last. */
export function KeyTable({
  lines,
  headers,
  caption,
  empty,
}: {
  lines: KeyLine[];
  headers: KeyHeaders;
  caption: string;
  empty: string;
}) {
  const columns = [
    column.accessor("key", {
      id: "key",
      header: headers.key,
      cell: ({ row: { original } }) => (
        <Link
          href={original.href}
          prefetch={false}
          className="inline-flex min-h-11 items-center font-mono text-xs underline underline-offset-4 sm:min-h-6"
        >
          {original.key}
        </Link>
      ),
    }),
    column.accessor("purpose", {
      id: "purpose",
      header: headers.purpose,
      cell: ({ row: { original } }) => (
        <span className="block">
          <span className="block">{original.purpose}</span>
          {original.description === undefined ? null : (
            <span className="block text-xs text-soft">
              <bdi>{original.description}</bdi>
            </span>
          )}
          {original.amount === undefined ? null : (
            <span className="figures block text-xs text-soft">{original.amount}</span>
          )}
        </span>
      ),
    }),
    column.accessor("owner", {
      id: "owner",
      header: headers.owner,
      cell: ({ row: { original } }) =>
        original.owner === undefined ? null : (
          <Link
            href={original.owner.href}
            prefetch={false}
            className="block underline-offset-4 hover:underline"
          >
            <bdi className="block">{original.owner.name}</bdi>
            <bdi className="block text-xs text-soft">{`@${original.owner.handle}`}</bdi>
          </Link>
        ),
    }),
    column.accessor("openedAt", {
      id: "age",
      header: headers.age,
      cell: ({ row: { original } }) => (
        <span className="block">
          <span className="block">{original.age}</span>
          <time dateTime={original.openedAt} className="figures block text-xs text-soft">
            {original.opened}
          </time>
        </span>
      ),
    }),
    column.accessor("arrivals", {
      id: "arrivals",
      header: headers.arrivals,
      cell: ({ row: { original } }) => (
        <span className={cn("block", original.hasArrivals ? "font-semibold text-wait-text" : "text-soft")}>
          {original.arrivals}
        </span>
      ),
    }),
  ];
  return <DataTable caption={caption} columns={columns} rows={lines} empty={empty} />;
}
