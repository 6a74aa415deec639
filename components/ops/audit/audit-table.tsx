"use client";

import Link from "next/link";
import { columnsOf, DataTable } from "@/components/ops/data-table";

/** An entry of the audit log as a row: words made on the server. */
export type AuditRow = {
  id: string;
  when: string;
  actor: { href: string; text: string };
  action: string;
  subject: { href: string | undefined; text: string };
  reason: string;
  changes: { field: string; before: Told | undefined; after: Told | undefined }[];
};

type Told = { text: string; href: string | undefined };

const column = columnsOf<AuditRow>();
const LINK =
  "inline-flex min-h-11 items-center text-accent-text underline-offset-4 hover:underline sm:min-h-6 sm:min-w-24";

/** What operators did, each with what was so before and after. */
export function AuditTable({
  rows,
  words,
}: {
  rows: AuditRow[];
  words: Record<
    | "caption"
    | "when"
    | "actor"
    | "action"
    | "subject"
    | "reason"
    | "change"
    | "became"
    | "nothing"
    | "empty",
    string
  >;
}) {
  return (
    <DataTable
      caption={words.caption}
      rows={rows}
      empty={words.empty}
      columns={[
        column.accessor("when", { header: words.when }),
        column.accessor("actor", {
          header: words.actor,
          cell: ({
            row: {
              original: { actor },
            },
          }) => (
            <Link href={actor.href} prefetch={false} className={LINK}>
              {actor.text}
            </Link>
          ),
        }),
        column.accessor("action", {
          header: words.action,
          cell: ({ getValue }) => <span className="font-semibold">{getValue()}</span>,
        }),
        column.accessor("subject", {
          header: words.subject,
          cell: ({
            row: {
              original: { subject },
            },
          }) =>
            subject.href === undefined ? (
              <span>{subject.text}</span>
            ) : (
              <Link href={subject.href} prefetch={false} className={LINK}>
                {subject.text}
              </Link>
            ),
        }),
        column.accessor("reason", { header: words.reason, cell: ({ getValue }) => <bdi>{getValue()}</bdi> }),
        column.accessor("changes", {
          header: words.change,
          cell: ({ row: { original } }) => (
            <ul>
              {original.changes.map(({ field, before, after }) => (
                <li key={field}>
                  <span className="text-soft">{`${field}: `}</span>
                  {before === undefined ? null : (
                    <del className="text-soft">
                      <Value of={before} />
                    </del>
                  )}
                  {before === undefined || after === undefined ? null : (
                    <>
                      <span aria-hidden="true">{" → "}</span>
                      <span className="sr-only">{` ${words.became} `}</span>
                    </>
                  )}
                  {after === undefined ? null : (
                    <ins className="no-underline">
                      <Value of={after} />
                    </ins>
                  )}
                  {before === undefined && after === undefined ? <span>{words.nothing}</span> : null}
                </li>
              ))}
            </ul>
          ),
        }),
      ]}
    />
  );
}

/** A value, with the way to what it is the id of. */
function Value({ of: { text, href } }: { of: Told }) {
  return href === undefined ? (
    <bdi>{text}</bdi>
  ) : (
    <Link
      href={href}
      prefetch={false}
      className="inline-flex min-h-11 items-center text-accent-text underline underline-offset-4 sm:inline"
    >
      <bdi>{text}</bdi>
    </Link>
  );
}
