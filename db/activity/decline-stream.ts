/**
 * Tries that were declined, for whoever asked for them: an outcome, with a receipt, that moved nothing. By time of
 * settlement and then by id, from an index that holds nothing else.
 */
import { sql } from "drizzle-orm";
import { type Movement, partyOf } from "../../lib/activity/movement.ts";
import type { Selection } from "../../lib/activity/selection.ts";
import { database } from "../connection/client.ts";
import type { Heading, Stream } from "./stream.ts";

type Row = Omit<Movement, "at" | "party" | "balanceMinor" | "refundedMinor" | "accountId"> & {
  at: string;
  accountId: string | null;
  partyName: string | null;
  partyHandle: string | null;
  matches: boolean;
};

/** A place in the order of declined tries: by time of settlement, then by id. */
export type DeclinePlace = { at: Date; id: string };

/** After the last that there can be. */
export const LAST_PLACE: DeclinePlace = {
  at: new Date("9999-12-31T23:59:59.999Z"),
  id: "ffffffff-ffff-ffff-ffff-ffffffffffff",
};

/** The place right after `place`. */
function after({ at, id }: DeclinePlace): DeclinePlace {
  const next = (BigInt(`0x${id.replaceAll("-", "")}`) + 1n).toString(16).padStart(32, "0");
  return { at, id: next.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5") };
}

export class DeclineStream implements Stream {
  readonly #userId: string;
  readonly #accountIds: readonly string[];
  readonly #selection: Selection;
  readonly #heading: Heading;
  /** Parts what was scanned from what was not: older lies below it, newer from it on. */
  #scanned: DeclinePlace;
  #found: Movement[] = [];
  #isDone = false;

  /** Of `userId`, on one of `accountIds`, on the side of `place` that `heading` says. */
  constructor(
    userId: string,
    accountIds: readonly string[],
    { selection, heading, place }: { selection: Selection; heading: Heading; place: DeclinePlace },
  ) {
    this.#userId = userId;
    this.#accountIds = accountIds;
    this.#selection = selection;
    this.#heading = heading;
    this.#scanned = place;
  }

  get found(): readonly Movement[] {
    return this.#found;
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  get frontier(): Date {
    return this.#scanned.at;
  }

  /** The place that parts what was passed from what was not: below it is older, from it on newer. */
  get place(): DeclinePlace {
    const [nearest] = this.#found;
    if (!nearest) return this.#scanned;
    return this.#heading === "older" ? after(nearest) : { at: nearest.at, id: nearest.id };
  }

  async scan(rowsMax: number): Promise<number> {
    const rows = await this.#read(rowsMax);
    for (const { at, accountId, partyName, partyHandle, matches, ...row } of rows) {
      const place = { at: new Date(at), id: row.id };
      this.#scanned = this.#heading === "older" ? place : after(place);
      // On no account of theirs: a try of somebody who puts money into the accounts of others.
      if (!matches || accountId === null) continue;
      const party = partyOf(partyName, partyHandle);
      this.#found.push({ ...row, at: place.at, accountId, party, balanceMinor: null, refundedMinor: 0n });
    }
    this.#isDone = rows.length < rowsMax;
    return rows.length;
  }

  take(): Movement {
    const nearest = this.#found.shift();
    if (!nearest) throw new Error("Bug: nothing was found to take.");
    return nearest;
  }

  /** The next `rowsMax` tries, nearest first, and whether each fits the selection. */
  async #read(rowsMax: number): Promise<Row[]> {
    const { kind, direction, from, before, text } = this.#selection;
    const { at, id } = this.#scanned;
    const isOlder = this.#heading === "older";
    const beyond = isOlder
      ? sql`(f.settled_at, f.id) < (${at.toISOString()}::timestamptz, ${id}::uuid)`
      : sql`(f.settled_at, f.id) >= (${at.toISOString()}::timestamptz, ${id}::uuid)`;
    const order = isOlder ? sql`f.settled_at desc, f.id desc` : sql`f.settled_at, f.id`;
    return database().reading.execute<Row>(sql`
      select tried.*,
             coalesce(tried.account_id::text = any(string_to_array(${this.#accountIds.join(" ")}, ' '))
               and (${kind ?? null}::text is null or tried.kind = ${kind ?? null}::text)
               and (${direction ?? null}::text is null or tried.direction = ${direction ?? null}::text)
               and (${text ?? null}::text is null or strpos(lower(concat_ws(
                      E'\n', tried.note, tried.description, tried.party_name, '@' || tried.party_handle, tried.id,
                      tried.order_id, tried.refund_of)), lower(${text ?? null}::text)) > 0), false) as matches
        from (
          select p.id, p.kind, p.status, p.decline_code, p.amount_minor, p.currency::text, p.note, p.settled_at as at,
                 p.subject_id as refund_of, case when p.kind = 'order' then p.purpose_id end as order_id, o.description,
                 coalesce(o.is_request and p.kind = 'order', false) as is_request,
                 case when payer.owner_id = p.user_id then 'out' else 'in' end as direction,
                 case when payer.owner_id = p.user_id then payer.id when payee.owner_id = p.user_id then payee.id end as account_id,
                 party.name as party_name, party.handle as party_handle
            from (
              select f.id, f.user_id, f.kind, f.status, f.decline_code, f.amount_minor, f.currency, f.note, f.settled_at,
                     f.subject_id, f.purpose_id, f.payer_account_id, f.payee_account_id
                from payments f
               where f.user_id = ${this.#userId}::uuid and f.status = 'declined' and ${beyond}
                 and f.settled_at >= ${from?.toISOString() ?? "-infinity"}::timestamptz
                 and f.settled_at < ${before?.toISOString() ?? "infinity"}::timestamptz
               order by ${order}
               limit ${rowsMax}) p
            left join lateral (
              select a.id, a.owner_id from ledger_accounts a where a.id = p.payer_account_id limit 1) payer on true
            left join lateral (
              select a.id, a.owner_id from ledger_accounts a where a.id = p.payee_account_id limit 1) payee on true
            left join lateral (
              select u.name, u.handle from users u
               where u.id = case when payer.owner_id = p.user_id then payee.owner_id else payer.owner_id end limit 1) party on true
            left join lateral (
              select s.purpose_id from payments s
               where s.id = p.subject_id and p.kind = 'refund' and s.kind = 'order' limit 1) sale on true
            left join lateral (
              select d.description, d.is_request from orders d
               where d.id = case when p.kind = 'order' then p.purpose_id else sale.purpose_id end limit 1) o on true) tried
       order by ${isOlder ? sql`tried.at desc, tried.id desc` : sql`tried.at, tried.id`}`);
  }
}
