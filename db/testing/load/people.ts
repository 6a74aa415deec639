/** The people of a load: made up, each of one load only, with a wallet in every currency that is served. */
import { randomBytes, randomUUID } from "node:crypto";
import type postgres from "postgres";
import { skeletonOf } from "../../../lib/text/reserved-names.ts";

/** The first are merchants; the very first is the hot one. */
export const MERCHANTS = 12;
/** As many people as a load of any size has at most, the merchants among them. */
const PEOPLE_MAX = 412;
const PEOPLE_MIN = 32;
/** Fewer payments have fewer people, so that each still has a history. */
const PAYMENTS_PER_PERSON = 100;

const FIRST_NAMES =
  "Ada Bela Carlos Dana Emre Farid Greta Hana Ivo Jana Kenji Lena Mateo Nadia Olga Pavel Quinn Rosa Samir Tove".split(
    " ",
  );
const LAST_NAMES =
  "Abbott Brandt Costa Duarte Eriksen Fuchs Garcia Haas Ito Jensen Klein Lopez Moreau Novak Okafor Petrov Ricci Sato Tanaka Weber".split(
    " ",
  );
const SHOPS =
  "Harbour Market,Linden Bakery,Copper Kettle,Northern Books,Paper Crane,Green Bicycle,Old Mill Flour,Blue Door Records,Salt and Cedar,River Plants,Lantern Cinema,Tin Roof Tools".split(
    ",",
  );

export type LoadedPerson = {
  n: number;
  id: string;
  name: string;
  handle: string;
  email: string;
  role: "payer" | "merchant";
  name_skeleton: string | null;
  handle_skeleton: string | null;
};

/** How many people a load of so many payments has. */
export function peopleCount(payments: number): number {
  return Math.min(PEOPLE_MAX, Math.max(PEOPLE_MIN, Math.floor(payments / PAYMENTS_PER_PERSON)));
}

/** Invents people whose names, handles and addresses nobody has had: `tag` is the load's own. */
export function inventPeople(count: number, tag = randomBytes(3).toString("hex")): LoadedPerson[] {
  return Array.from({ length: count }, (_, at) => {
    const n = at + 1;
    const shop = SHOPS[at % SHOPS.length] ?? "Shop";
    const first = FIRST_NAMES[at % FIRST_NAMES.length] ?? "Ada";
    const last = LAST_NAMES[Math.floor(at / FIRST_NAMES.length) % LAST_NAMES.length] ?? "Abbott";
    const isMerchant = n <= MERCHANTS;
    // A merchant's name is its own for ever, so it says which load it is of.
    const name = isMerchant ? `${shop} ${tag}` : `${first} ${last}`;
    const word = (isMerchant ? (shop.split(" ")[0] ?? "shop") : `${first}-${last}`).toLowerCase();
    const handle = `${word}-${tag}${n}`;
    return {
      n,
      id: randomUUID(),
      name,
      handle,
      email: `${handle}@load.test`,
      role: isMerchant ? "merchant" : "payer",
      name_skeleton: isMerchant ? skeletonOf(name) : null,
      handle_skeleton: isMerchant ? skeletonOf(handle) : null,
    };
  });
}

/**
 * Writes the people and their wallets, empty, and a house account of the load's own per currency: what moves by a load touches no account that was
 * there before it. Leaves the tables load_person (n, id), load_currency (k, code, digits) and load_account (acct, id, n, k),
 * where `acct` is n * 10 + k, and n is 0 for the house.
 */
export async function writePeople(
  sql: postgres.Sql,
  people: readonly LoadedPerson[],
  currencies: readonly { code: string; digits: number }[],
  since: Date,
): Promise<void> {
  await sql`
    create temp table load_person as
    select p.* from jsonb_to_recordset(${JSON.stringify(people)}::text::jsonb)
      as p (n int, id uuid, name text, handle text, email text, role text, name_skeleton text, handle_skeleton text)`;
  await sql`
    create temp table load_currency as
    select c.k, c.code, c.digits from jsonb_to_recordset(${JSON.stringify(currencies.map((currency, k) => ({ ...currency, k })))}::text::jsonb)
      as c (k int, code text, digits int)`;
  await sql`
    create temp table load_account as
    select p.n * 10 + c.k as acct, gen_random_uuid() as id, p.n, c.k, p.owner_id, c.code
      from (select n, id as owner_id from load_person union all select 0, null) p cross join load_currency c`;
  await sql`
    with people as (
      insert into users (id, name, email, email_verified, handle, role, name_skeleton, handle_skeleton, created_at)
      select p.id, p.name, p.email, true, p.handle, p.role, p.name_skeleton, p.handle_skeleton, ${since.toISOString()}::timestamptz
        from load_person p)
    insert into ledger_accounts (id, owner_id, purpose, currency, min_balance_minor, created_at)
    select a.id, a.owner_id, case when a.n = 0 then 'funding' else 'wallet' end, a.code, case when a.n > 0 then 0 end,
           ${since.toISOString()}::timestamptz
      from load_account a`;
}
