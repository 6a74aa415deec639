/** Which entries of the audit log, or which security events, a page or a CSV file is of, as its address says. */
import { findByHandle, findUser } from "@/db/identity/users";
import type { AuditFilter } from "@/db/operators/audit";
import { AUDIT_ACTIONS } from "@/db/operators/audit-actions";
import { SECURITY_KINDS } from "@/db/security/kinds";
import type { SecurityFilter } from "@/db/security/list";
import { startOfDay } from "@/lib/activity/day";
import { uuid } from "@/lib/api/requests";
import { isCurrency } from "@/lib/currency";
import { dayIn, one, type SearchParams } from "../orders/list-query.ts";

type Query = Record<string, string>;

/** `query` is what the address says, and nothing that is no filter. `unknown`: what of it means nobody; then nothing fits. */
type Read<Filter> = { filter: Filter; query: Query; unknown: string | undefined };

function given(fields: Record<string, string | undefined>): Query {
  return Object.fromEntries(
    Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined),
  );
}

function daysOf(search: SearchParams, timeZone: string) {
  const [from, to] = [dayIn(one(search.from)), dayIn(one(search.to))];
  return {
    days: {
      from: from === undefined ? undefined : startOfDay(from, timeZone),
      until: to === undefined ? undefined : startOfDay(to, timeZone, 1),
    },
    query: { from, to },
  };
}

/** The id that a text means: a handle's, or itself where it is one of a user. */
async function userOf(text: string): Promise<string | undefined> {
  const id = uuid.safeParse(text).data;
  const user =
    id === undefined ? await findByHandle(text.toLowerCase().replace(/^@/, "")) : await findUser(id);
  return user?.id;
}

/** Days are of `timeZone`; the last one is within. */
export async function auditFilterOf(search: SearchParams, timeZone: string): Promise<Read<AuditFilter>> {
  const [actor, subject, named] = [one(search.actor), one(search.subject), one(search.action)];
  const action = AUDIT_ACTIONS.find((known) => known === named);
  const { days, query } = daysOf(search, timeZone);
  const [actorId, ofSubject] = await Promise.all([
    actor === undefined ? undefined : userOf(actor),
    subject === undefined ? undefined : subjectOf(subject),
  ]);
  const isNobody = (text: string | undefined, found: unknown) => text !== undefined && found === undefined;
  return {
    filter: { actorId, action, ...ofSubject, ...days },
    query: given({ actor, action, subject, ...query }),
    unknown: isNobody(actor, actorId) ? actor : isNobody(subject, ofSubject) ? subject : undefined,
  };
}

/** A person by handle or id, with their accounts; else whatever has that id, or a currency. */
async function subjectOf(text: string): Promise<Pick<AuditFilter, "userId" | "subjectId"> | undefined> {
  if (isCurrency(text)) return { subjectId: text };
  const userId = await userOf(text);
  if (userId !== undefined) return { userId };
  const id = uuid.safeParse(text).data;
  return id === undefined ? undefined : { subjectId: id };
}

/** The same of security events. */
export async function securityFilterOf(
  search: SearchParams,
  timeZone: string,
): Promise<Read<SecurityFilter>> {
  const [user, address, named] = [one(search.user), one(search.address), one(search.kind)];
  const kind = SECURITY_KINDS.find((known) => known === named);
  const { days, query } = daysOf(search, timeZone);
  const userId = user === undefined ? undefined : await userOf(user);
  return {
    filter: { userId, kind, address, ...days },
    query: given({ user, kind, address, ...query }),
    unknown: user !== undefined && userId === undefined ? user : undefined,
  };
}
