/** Ids inside what an entry of the audit log has changed: whom or what they mean, and the page of it. */
import { handlesOf } from "@/db/identity/users";
import type { AuditEntry } from "@/db/operators/audit";
import { uuid } from "@/lib/api/requests";

/** A value as it is shown; `href` where it is the id of what has a page. */
export type Told = { text: string; href: string | undefined };

const PEOPLE: ReadonlySet<string> = new Set(["userId", "askedBy"]);
const ACCOUNTS: ReadonlySet<string> = new Set(["houseAccountId", "debitAccountId", "creditAccountId"]);

/** Reads the handles of everybody whom `entries` name by their ids, at once; the answer tells what a field's text means. */
export async function readIds(
  entries: readonly AuditEntry[],
): Promise<(entry: AuditEntry, field: string, text: string) => Told> {
  const named = entries.flatMap(({ before, after }) =>
    [before, after].flatMap((side) => Object.entries(side ?? {}).filter(([field]) => PEOPLE.has(field))),
  );
  const ids = named.flatMap(([, value]) => uuid.safeParse(value).data ?? []);
  const handles = await handlesOf([...new Set(ids)]);
  return (entry, field, text) => {
    const id = uuid.safeParse(text).data;
    if (id === undefined) return { text, href: undefined };
    const short = `…${id.slice(-12)}`;
    if (PEOPLE.has(field)) {
      const handle = handles.get(id);
      return { text: handle === undefined ? short : `@${handle}`, href: `/ops/people/${id}` };
    }
    if (ACCOUNTS.has(field)) return { text: short, href: `/ops/ledger/accounts/${id}` };
    // Of a request to be a merchant, which is told of where its person is.
    if (field === "request" && entry.subjectUserId !== undefined)
      return { text: short, href: `/ops/people/${entry.subjectUserId}#requests` };
    // What a key's refund is of.
    if (field === "subjectId") return { text: short, href: `/ops/payments/${id}` };
    return { text, href: undefined };
  };
}
