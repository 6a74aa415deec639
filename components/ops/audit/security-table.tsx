"use client";

import Link from "next/link";
import { columnsOf, DataTable } from "@/components/ops/data-table";
import { Badge } from "../badge";

/** A security event, or several that are counted in one, as a row: words made on the server. */
export type SecurityRow = {
  id: string;
  when: string;
  kind: { look: "alert" | "plain"; text: string };
  user: { href: string; text: string } | undefined;
  address: { href: string; text: string } | undefined;
  browser: string;
  detail: string;
};

const column = columnsOf<SecurityRow>();
const LINK =
  "inline-flex min-h-11 items-center text-accent-text underline-offset-4 hover:underline sm:min-h-6 sm:min-w-24";

function MaybeLink({ to }: { to: { href: string; text: string } | undefined }) {
  if (to === undefined) return <span className="text-faint">–</span>;
  return (
    <Link href={to.href} prefetch={false} className={LINK}>
      {to.text}
    </Link>
  );
}

/** Who came in, who was kept out, and what of an account's keys changed. */
export function SecurityTable({
  rows,
  words,
}: {
  rows: SecurityRow[];
  words: Record<"caption" | "when" | "kind" | "user" | "address" | "browser" | "detail" | "empty", string>;
}) {
  return (
    <DataTable
      caption={words.caption}
      rows={rows}
      empty={words.empty}
      columns={[
        column.accessor("when", { header: words.when }),
        column.accessor("kind", {
          header: words.kind,
          cell: ({
            row: {
              original: { kind },
            },
          }) => <Badge look={kind.look}>{kind.text}</Badge>,
        }),
        column.accessor("user", {
          header: words.user,
          cell: ({ row: { original } }) => <MaybeLink to={original.user} />,
        }),
        column.accessor("address", {
          header: words.address,
          cell: ({ row: { original } }) => <MaybeLink to={original.address} />,
        }),
        column.accessor("browser", {
          header: words.browser,
          cell: ({ getValue }) => <bdi>{getValue()}</bdi>,
        }),
        column.accessor("detail", {
          header: words.detail,
          cell: ({ getValue }) => <span className="font-mono text-xs wrap-anywhere">{getValue()}</span>,
        }),
      ]}
    />
  );
}
