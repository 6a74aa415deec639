/** What became of a key, whoever it was issued to, and what is known of it. For operators. */
import { sql } from "drizzle-orm";
import { issuedAtOf } from "../../../lib/key-time.ts";
import type { Arrival } from "../../../lib/receipt.ts";
import { listArrivals } from "../../attempts/list.ts";
import { database } from "../../connection/client.ts";
import { untilKnown } from "../../execution/until-known.ts";
import type { PersonNamed } from "../../payments/search/search.ts";
import { LOOKED_AT_MAX, windowsOf } from "../../payments/search/windows.ts";

type KeyFate = "open" | "settled" | "void";

/** Somebody's act upon a key. */
export type KeyAct = { id: string; at: Date; reason: string; by: PersonNamed | null };

export type KeyDossier = {
  state: KeyFate;
  /** Whose it is; undefined where it is void and nothing says. */
  owner: PersonNamed | undefined;
  arrivals: Arrival[];
  acts: KeyAct[];
};

/** A server's clock may be behind another's by so much. */
const SKEW_MS = 60_000;
/** A key lives for a day after each time that its form was opened; whatever arrives later than this under a void one is not looked for. */
const ARRIVALS_DAYS = 3;

/** Reads what became of `key`. Never says void unless it is: throws where that could not be decided. */
export async function readKey(key: string): Promise<KeyDossier> {
  const [found] = await untilKnown(
    "keys",
    (query) =>
      query<{ state: KeyFate; userId: string | null }[]>`select state, user_id from find_key_v1(${key})`,
  );
  if (!found) throw new Error("Bug: find_key_v1 answered nothing.");
  const acts = await readActs(key);
  const userId =
    found.userId ?? acts.find(({ userId: of }) => of !== null)?.userId ?? (await whoseArrivals(key));
  const [owner, arrivals] = await Promise.all([
    userId === undefined ? undefined : readPerson(userId),
    userId === undefined ? [] : listArrivals(userId, key),
  ]);
  return { state: found.state, owner, arrivals, acts: acts.map(({ userId: _, ...act }) => act) };
}

async function readPerson(id: string): Promise<PersonNamed | undefined> {
  const [person] = await database().reading.execute<PersonNamed>(
    sql`select u.id, u.name, u.handle from users u where u.id = ${id}::uuid`,
  );
  return person;
}

async function readActs(key: string): Promise<(KeyAct & { userId: string | null })[]> {
  const rows = await database().reading.execute<{
    id: string;
    at: string;
    reason: string;
    userId: string | null;
    by: PersonNamed | null;
  }>(sql`
    select l.id, l.at, l.reason, l.before ->> 'userId' as user_id,
           (select jsonb_build_object('id', u.id, 'name', u.name, 'handle', u.handle) from users u where u.id = l.actor_id) as by
      from audit_log l where l.subject_id = ${key} and l.subject_kind = 'key' order by l.at, l.id`);
  return [...rows].map((row) => ({ ...row, at: new Date(row.at) }));
}

/**
 * Whose requests came with a key of which nothing else is left: looked for from when it was issued, through as many arrivals of
 * everybody as a page may read. Evidence only, as arrivals are.
 */
async function whoseArrivals(key: string): Promise<string | undefined> {
  const issuedAt = issuedAtOf(key);
  if (issuedAt === undefined) return undefined;
  const from = new Date(new Date(issuedAt).getTime() - SKEW_MS);
  // Nobody has come yet with a key of a time to come; and its year may be one that PostgreSQL does not read.
  if (from.getTime() > Date.now()) return undefined;
  const bounds = { from, until: new Date(from.getTime() + ARRIVALS_DAYS * 86_400_000) };
  let lookedAt = 0;
  const count = async (window: { from: Date; until: Date }, rowsMax: number) => {
    const [row] = await database().reading.execute<{ rows: number }>(sql`
      select count(*)::int as rows from (select from (${arrivalsOf(window)}) a limit ${sql.raw(String(rowsMax))}) counted`);
    return row?.rows ?? 0;
  };
  for await (const window of windowsOf(bounds, "asc", count)) {
    const [arrival] = await database().reading.execute<{ userId: string }>(
      sql`select a.user_id from (${arrivalsOf(window)}) a where a.key = ${key}::uuid limit 1`,
    );
    if (arrival) return arrival.userId;
    lookedAt += window.rows;
    if (lookedAt >= LOOKED_AT_MAX) return undefined;
  }
  return undefined;
}

/** The arrivals of a window of time, found by their index. */
function arrivalsOf({ from, until }: { from: Date; until: Date }) {
  return sql`select p.user_id, p.key from payment_attempts p
              where p.arrived_at >= ${from.toISOString()}::timestamptz and p.arrived_at < ${until.toISOString()}::timestamptz`;
}
