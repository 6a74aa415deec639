/**
 * What moved on one account, by its version: the ledger's own order, without a gap, in which a transfer that commits later
 * never has an earlier place. A piece is a range of versions, which two indexes hold.
 */
import { sql } from "drizzle-orm";
import { type Movement, partyOf } from "../../lib/activity/movement.ts";
import type { Selection } from "../../lib/activity/selection.ts";
import { database } from "../connection/client.ts";
import { CLOCK_STEP_MAX_MS, type Heading, type Stream } from "./stream.ts";

type Row = Omit<Movement, "at" | "accountId" | "party"> & {
  version: bigint;
  at: string;
  partyName: string | null;
  partyHandle: string | null;
  matches: boolean;
};

export class AccountStream implements Stream {
  readonly #accountId: string;
  readonly #selection: Selection;
  readonly #heading: Heading;
  /** The next version to scan, and the last one that there is. */
  #next: bigint;
  #end: bigint;
  readonly #found: Movement[] = [];
  readonly #versions: bigint[] = [];
  #frontier: Date | undefined;

  /**
   * Of `accountId`, versions below `place` down to 1 where `heading` is older; from `place` up to `version` where it is
   * newer.
   */
  constructor(
    accountId: string,
    {
      selection,
      heading,
      place,
      version,
    }: { selection: Selection; heading: Heading; place: bigint; version: bigint },
  ) {
    this.#accountId = accountId;
    this.#selection = selection;
    this.#heading = heading;
    this.#next = heading === "older" ? place - 1n : place;
    this.#end = heading === "older" ? 1n : version;
  }

  get found(): readonly Movement[] {
    return this.#found;
  }

  get isDone(): boolean {
    if (this.#heading === "older" ? this.#next < this.#end : this.#next > this.#end) return true;
    const { from, before } = this.#selection;
    const frontierMs = this.#frontier?.getTime();
    if (frontierMs === undefined) return false;
    // Nothing of these days is further on, even if the clock was set back meanwhile.
    return this.#heading === "older"
      ? from !== undefined && frontierMs < from.getTime() - CLOCK_STEP_MAX_MS
      : before !== undefined && frontierMs > before.getTime() + CLOCK_STEP_MAX_MS;
  }

  get frontier(): Date | undefined {
    return this.#frontier;
  }

  /**
   * The place that parts what was passed from what was not: versions below it are older, from it on newer. What was scanned
   * without being found is passed.
   */
  get place(): bigint {
    const nearest = this.#versions[0] ?? this.#next;
    return this.#heading === "older" ? nearest + 1n : nearest;
  }

  async scan(rowsMax: number): Promise<number> {
    const size = BigInt(rowsMax) - 1n;
    const [low, high] =
      this.#heading === "older"
        ? [this.#next - size > this.#end ? this.#next - size : this.#end, this.#next]
        : [this.#next, this.#next + size < this.#end ? this.#next + size : this.#end];
    const last = this.#heading === "older" ? low : high;
    const rows = await this.#read(low, high, last);
    if (this.#heading === "newer") rows.reverse();
    for (const { version, matches, at, partyName, partyHandle, ...row } of rows) {
      const party = partyOf(partyName, partyHandle);
      const movement: Movement = { ...row, at: new Date(at), accountId: this.#accountId, party };
      if (matches) {
        this.#found.push(movement);
        this.#versions.push(version);
      }
      if (version === last) this.#frontier = movement.at;
    }
    this.#next = this.#heading === "older" ? low - 1n : high + 1n;
    return Number(high - low) + 1;
  }

  take(): Movement {
    this.#versions.shift();
    const nearest = this.#found.shift();
    if (!nearest) throw new Error("Bug: nothing was found to take.");
    return nearest;
  }

  /** Versions `low` to `high` that fit the selection, and in any case `last`; newest first. */
  async #read(low: bigint, high: bigint, last: bigint): Promise<Row[]> {
    const { kind, direction, from, before, text } = this.#selection;
    const [fromAt, beforeAt] = [from?.toISOString() ?? null, before?.toISOString() ?? null];
    // Not prepared: a plan that was made while the tables were small would scan them when they have grown.
    return database().reading.execute<Row>(sql`
      select * from (
        select moved.version, moved.id, moved.direction, moved.amount_minor, moved.currency::text, moved.balance_minor,
               moved.at, p.kind, 'succeeded' as status, null as decline_code, p.note, p.subject_id as refund_of,
               case when p.kind = 'order' then p.purpose_id end as order_id, o.description, coalesce(o.is_request and p.kind = 'order', false) as is_request,
               coalesce(r.refunded_minor, 0) as refunded_minor,
               party.name as party_name, party.handle as party_handle,
               (${fromAt}::timestamptz is null or moved.at >= ${fromAt}::timestamptz)
               and (${beforeAt}::timestamptz is null or moved.at < ${beforeAt}::timestamptz)
               and (${direction ?? null}::text is null or moved.direction = ${direction ?? null}::text)
               and (${kind ?? null}::text is null or p.kind = ${kind ?? null}::text)
               and (${text ?? null}::text is null or strpos(lower(concat_ws(
                      E'\n', p.note, o.description, party.name, '@' || party.handle, p.id, p.purpose_id, p.subject_id)),
                      lower(${text ?? null}::text)) > 0) as matches
          from (
            select t.id, t.debit_version as version, 'out' as direction, t.amount_minor, t.currency,
                   t.debit_balance_minor as balance_minor, t.created_at as at, t.credit_account_id as other_id
              from ledger_transfers t
             where t.debit_account_id = ${this.#accountId}::uuid
               and t.debit_version between ${low.toString()}::bigint and ${high.toString()}::bigint
            union all
            select t.id, t.credit_version, 'in', t.amount_minor, t.currency, t.credit_balance_minor, t.created_at,
                   t.debit_account_id
              from ledger_transfers t
             where t.credit_account_id = ${this.#accountId}::uuid
               and t.credit_version between ${low.toString()}::bigint and ${high.toString()}::bigint) moved
          left join lateral (
            select f.id, f.kind, f.note, f.purpose_id, f.subject_id from payments f where f.id = moved.id limit 1) p on true
          left join lateral (
            select s.purpose_id from payments s
             where s.id = p.subject_id and p.kind = 'refund' and s.kind = 'order' limit 1) sale on true
          left join lateral (
            select d.description, d.is_request from orders d
             where d.id = case when p.kind = 'order' then p.purpose_id else sale.purpose_id end limit 1) o on true
          left join lateral (
            select t.refunded_minor from refund_totals t where t.payment_id = moved.id limit 1) r on true
          left join lateral (
            select a.owner_id from ledger_accounts a where a.id = moved.other_id limit 1) other on true
          left join lateral (
            select u.name, u.handle from users u where u.id = other.owner_id limit 1) party on true) history
       where matches or version = ${last.toString()}::bigint
       order by version desc`);
  }
}
