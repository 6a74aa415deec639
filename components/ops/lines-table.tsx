"use client";

import Link from "next/link";
import { cn } from "@/components/ui/cn";
import { isolateBidi } from "@/lib/text/bidi-isolate";
import { columnsOf, DataTable } from "./data-table";

/** What stands in a field of a table, as the server wrote it. */
type LineCell = {
  text: string;
  href?: string;
  /** A second, smaller line. */
  sub?: string;
  /** The text, or the second line, is somebody's words. */
  words?: boolean;
  look?: "mono" | "figures";
  tone?: "alert" | "wait" | "accent" | "soft";
};
type LineColumn = { id: string; header: string; numeric?: boolean };
type Line = { id: string; cells: Readonly<Record<string, LineCell>> };

const TONES = {
  alert: "text-alert-text",
  wait: "text-wait-text",
  accent: "text-accent-text",
  soft: "text-soft",
};

const column = columnsOf<Line>();

/** A table whose every field is a text, perhaps one that leads somewhere: the rows of most rooms. */
export function LinesTable({
  caption,
  columns,
  lines,
  empty,
}: {
  caption: string;
  columns: readonly LineColumn[];
  lines: Line[];
  empty: string;
}) {
  return (
    <DataTable
      caption={caption}
      columns={columns.map(({ id, header }) =>
        column.display({
          id,
          header,
          cell: ({ row }) => <Cell cell={row.original.cells[id]} />,
        }),
      )}
      rows={lines}
      numeric={columns.filter(({ numeric }) => numeric).map(({ id }) => id)}
      empty={empty}
    />
  );
}

function Cell({ cell }: { cell: LineCell | undefined }) {
  if (cell === undefined) return null;
  const { text, href, sub, words, look, tone } = cell;
  const className = cn(
    look === "mono" && "font-mono text-xs whitespace-nowrap",
    look === "figures" && "figures justify-end whitespace-nowrap",
    tone && TONES[tone],
  );
  const written = words ? <bdi>{text}</bdi> : <span>{text}</span>;
  return (
    <span className="block min-w-0">
      {href === undefined ? (
        <span className={cn("block", className)}>{written}</span>
      ) : (
        <Link
          href={href}
          prefetch={false}
          className={cn(
            "inline-flex min-h-11 min-w-11 items-center underline underline-offset-4 max-sm:justify-end sm:-my-0.5 sm:min-h-6 sm:min-w-6",
            tone === undefined && TONES.accent,
            className,
          )}
        >
          {written}
        </Link>
      )}
      {sub === undefined ? null : (
        <span className="block max-w-64 truncate text-xs text-soft max-sm:ml-auto" title={isolateBidi(sub)}>
          <bdi>{sub}</bdi>
        </span>
      )}
    </span>
  );
}
