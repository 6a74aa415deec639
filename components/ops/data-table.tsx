"use client";

import {
  type ColumnDef,
  createColumnHelper,
  type RowData,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { ArrowDown, ArrowUp, ArrowUpDown } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

const features = tableFeatures({ rowSortingFeature });

/** A column of `DataTable`: TanStack Table's own. `columnsOf` makes them. */
// biome-ignore lint/suspicious/noExplicitAny: each column has its own type of value, as in TanStack's own examples.
export type DataColumn<Row extends RowData> = ColumnDef<typeof features, Row, any>;

/** Makes columns of rows of one type: `columnsOf<Payment>().accessor("amount", { header: …, cell: … })`. */
export function columnsOf<Row extends RowData>() {
  return createColumnHelper<typeof features, Row>();
}

/** How a list is sorted, and the address that sorts it otherwise: by the ids of the columns that can be sorted by. */
export type Sorting = { by: string; direction: "asc" | "desc"; hrefs: Readonly<Record<string, string>> };

/**
 * A table of rows that the server has found, sorted and cut: it sorts, filters and cuts nothing by itself, so that what is shown is
 * what the address says, also without JavaScript. Where there is no room for columns, each row is a card with its headers beside the
 * values. The first column names its row. Columns whose ids stand in `numeric` end at the right.
 */
export function DataTable<Row extends RowData>({
  caption,
  columns,
  rows,
  sorting,
  numeric = [],
  empty,
}: {
  /** For those who do not see it: what the table holds. */
  caption: string;
  columns: DataColumn<Row>[];
  rows: Row[];
  sorting?: Sorting | undefined;
  numeric?: readonly string[];
  /** What stands in place of no rows. */
  empty: ReactNode;
}) {
  const table = useTable({
    features,
    columns,
    data: rows,
    manualSorting: true,
    state: { sorting: sorting ? [{ id: sorting.by, desc: sorting.direction === "desc" }] : [] },
  });
  if (rows.length === 0) return <p className="text-soft">{empty}</p>;
  const align = (id: string) => (numeric.includes(id) ? "sm:text-right" : "text-left");
  return (
    <div className="-mx-5 overflow-x-auto px-5 sm:-mx-7 sm:px-7">
      {sorting === undefined ? null : (
        // The headers are not seen where rows are cards; their links must be.
        <ul className="mb-1 flex flex-wrap gap-x-5 text-sm font-semibold sm:hidden">
          {table
            .getFlatHeaders()
            .flatMap((header) => {
              const href = sorting.hrefs[header.column.id];
              return href === undefined ? [] : [{ header, href }];
            })
            .map(({ header, href }) => (
              <li key={header.id}>
                <SortLink href={href} sorted={header.column.getIsSorted()}>
                  <table.FlexRender header={header} />
                </SortLink>
              </li>
            ))}
        </ul>
      )}
      <table className="w-full text-sm">
        <caption className="sr-only">{caption}</caption>
        <thead className="max-sm:sr-only">
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} className="border-b border-line-strong">
              {group.headers.map((header) => {
                const sorted = header.column.getIsSorted();
                const href = sorting?.hrefs[header.column.id];
                return (
                  <th
                    key={header.id}
                    scope="col"
                    aria-sort={sorted === "asc" ? "ascending" : sorted === "desc" ? "descending" : undefined}
                    className={cn(
                      "px-2 py-2 font-semibold text-soft first:pl-0 last:pr-0",
                      align(header.column.id),
                    )}
                  >
                    {href === undefined ? (
                      <table.FlexRender header={header} />
                    ) : (
                      <>
                        <SortLink href={href} sorted={sorted} className="max-sm:hidden">
                          <table.FlexRender header={header} />
                        </SortLink>
                        <span className="sm:hidden">
                          <table.FlexRender header={header} />
                        </span>
                      </>
                    )}
                  </th>
                );
              })}
            </tr>
          ))}
        </thead>
        <tbody className="divide-y divide-line">
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id} className="max-sm:block max-sm:py-3 sm:hover:bg-wash">
              {row.getAllCells().map((cell, at) => {
                const Cell = at === 0 ? "th" : "td";
                return (
                  <Cell
                    key={cell.id}
                    {...(at === 0 && { scope: "row" })}
                    className={cn(
                      "font-normal wrap-anywhere max-sm:flex max-sm:items-baseline max-sm:justify-between max-sm:gap-4 max-sm:py-1 max-sm:text-right sm:px-2 sm:py-3 sm:align-top sm:first:pl-0 sm:last:pr-0",
                      align(cell.column.id),
                    )}
                  >
                    <span aria-hidden="true" className="shrink-0 text-left text-soft sm:hidden">
                      <HeaderText of={cell.column.columnDef.header} />
                    </span>
                    <span className="min-w-0 sm:contents">
                      <table.FlexRender cell={cell} />
                    </span>
                  </Cell>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Leads to the same list, sorted by a column, or the other way round where it is sorted by that already. */
function SortLink({
  href,
  sorted,
  className,
  children,
}: {
  href: string;
  sorted: false | "asc" | "desc";
  className?: string;
  children: ReactNode;
}) {
  return (
    <Link
      href={href}
      prefetch={false}
      className={cn("inline-flex min-h-11 items-center gap-1 underline-offset-4 hover:underline", className)}
    >
      <span>{children}</span>
      <SortMark sorted={sorted} />
    </Link>
  );
}

/** Headers here are words: what stands beside a value on a narrow screen. */
function HeaderText({ of }: { of: unknown }) {
  return typeof of === "string" ? of : null;
}

function SortMark({ sorted }: { sorted: false | "asc" | "desc" }) {
  const Mark = sorted === "asc" ? ArrowUp : sorted === "desc" ? ArrowDown : ArrowUpDown;
  return <Mark aria-hidden="true" className={cn("size-3.5 shrink-0", sorted ? "text-ink" : "text-faint")} />;
}
