"use client";

import Link from "next/link";
import { columnsOf, DataTable } from "@/components/ops/data-table";
import { Badge } from "../badge";

/** A person as a row: words made on the server. */
export type PersonRow = {
  id: string;
  name: string;
  handle: string;
  email: string;
  role: string;
  states: { look: "alert" | "wait"; text: string }[];
  since: string;
};

const column = columnsOf<PersonRow>();

/** People that an operator has looked for. */
export function PeopleTable({
  rows,
  words,
}: {
  rows: PersonRow[];
  words: Record<"caption" | "name" | "email" | "role" | "since" | "empty", string>;
}) {
  return (
    <DataTable
      caption={words.caption}
      rows={rows}
      empty={words.empty}
      columns={[
        column.accessor("name", {
          header: words.name,
          cell: ({ row: { original: person } }) => (
            <span className="block max-sm:-my-2">
              <Link
                href={`/ops/people/${person.id}`}
                prefetch={false}
                className="inline-flex min-h-11 flex-wrap items-center gap-x-2 font-semibold text-accent-text underline-offset-4 hover:underline max-sm:justify-end sm:min-h-6"
              >
                <bdi>{person.name}</bdi>
                <span className="font-normal text-soft">{`@${person.handle}`}</span>
              </Link>
              {person.states.map(({ look, text }) => (
                <span key={text} className="block sm:mt-1">
                  <Badge look={look}>{text}</Badge>
                </span>
              ))}
            </span>
          ),
        }),
        column.accessor("email", { header: words.email, cell: ({ getValue }) => <bdi>{getValue()}</bdi> }),
        column.accessor("role", { header: words.role }),
        column.accessor("since", { header: words.since }),
      ]}
    />
  );
}
