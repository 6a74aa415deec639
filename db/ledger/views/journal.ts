/** The sealed journal as an operator reads it, and how far sealing is behind. */
import { sql } from "drizzle-orm";
import { database } from "../../connection/client.ts";

export type Seal = {
  position: bigint;
  /** Hexadecimal. */
  hash: string;
  sealedAt: Date;
  paymentId: string;
  kind: string;
  amountMinor: bigint;
  currency: string;
  at: Date;
  debit: { accountId: string; handle: string | null; balanceMinor: bigint; version: bigint };
  credit: { accountId: string; handle: string | null; balanceMinor: bigint; version: bigint };
};

type Row = {
  position: bigint;
  hash: string;
  sealedAt: string;
  paymentId: string;
  kind: string;
  amountMinor: bigint;
  currency: string;
  at: string;
  debitId: string;
  debitHandle: string | null;
  debitBalanceMinor: bigint;
  debitVersion: bigint;
  creditId: string;
  creditHandle: string | null;
  creditBalanceMinor: bigint;
  creditVersion: bigint;
};

/** Seals from `upTo` down, the latest first; all of them where it is undefined. Not prepared, as in entries.ts. */
export async function listSeals(limit: number, upTo?: bigint): Promise<Seal[]> {
  const rows = await database().reading.execute<Row>(sql`
    select s.position, encode(s.hash, 'hex') as hash, s.sealed_at, s.transfer_id as payment_id, coalesce(p.kind, '?') as kind,
           t.amount_minor, t.currency::text, t.created_at as at,
           t.debit_account_id as debit_id, d.handle as debit_handle, t.debit_balance_minor, t.debit_version,
           t.credit_account_id as credit_id, c.handle as credit_handle, t.credit_balance_minor, t.credit_version
      from (select * from ledger_seals l
             where l.position <= ${(upTo ?? 9_223_372_036_854_775_807n).toString()}::bigint
             order by l.position desc limit ${limit}) s
      join lateral (select * from ledger_transfers f where f.id = s.transfer_id limit 1) t on true
      left join lateral (select f.kind from payments f where f.id = s.transfer_id limit 1) p on true
      left join lateral (
        select u.handle from ledger_accounts a join users u on u.id = a.owner_id where a.id = t.debit_account_id limit 1) d on true
      left join lateral (
        select u.handle from ledger_accounts a join users u on u.id = a.owner_id where a.id = t.credit_account_id limit 1) c on true
     order by s.position desc`);
  return rows.map((row) => ({
    position: row.position,
    hash: row.hash,
    sealedAt: new Date(row.sealedAt),
    paymentId: row.paymentId,
    kind: row.kind,
    amountMinor: row.amountMinor,
    currency: row.currency,
    at: new Date(row.at),
    debit: {
      accountId: row.debitId,
      handle: row.debitHandle,
      balanceMinor: row.debitBalanceMinor,
      version: row.debitVersion,
    },
    credit: {
      accountId: row.creditId,
      handle: row.creditHandle,
      balanceMinor: row.creditBalanceMinor,
      version: row.creditVersion,
    },
  }));
}

/** The seal at `position`, and the hash of the one before, which it covers. */
export async function findSeal(
  position: bigint,
): Promise<{ seal: Seal; hashBefore: string | undefined } | undefined> {
  const [seal, before] = await listSeals(2, position);
  if (seal?.position !== position) return undefined;
  return { seal, hashBefore: before?.hash };
}

/** More are not counted: a page has said enough. */
export const UNSEALED_COUNTED_MAX = 10_000;

export type SealStatus = {
  /** Where the journal ends. */
  position: bigint;
  /** The hash there, which stands for all of it; hexadecimal. */
  hash: string;
  /** At most UNSEALED_COUNTED_MAX. */
  unsealed: number;
  /** When the oldest of them was made. */
  oldest: Date | undefined;
};

/** How far sealing is behind: what is not sealed yet. Only transfers since the journal's last are looked at. */
export async function sealStatus(): Promise<SealStatus> {
  const [row] = await database().reading.execute<{
    position: bigint;
    hash: string;
    unsealed: number;
    oldest: string | null;
  }>(sql`
    select h.position, encode(h.hash, 'hex') as hash, count(t.created_at)::int as unsealed, min(t.created_at) as oldest
      from ledger_seal_head h
      left join lateral (
        select f.created_at from ledger_transfers f
         where f.transaction_id >= h.sealed_below
           and not exists (select from ledger_seals s where s.transfer_id = f.id)
         order by f.transaction_id limit ${UNSEALED_COUNTED_MAX}) t on true
     where h.id = 1 group by h.position, h.hash`);
  if (!row) throw new Error("The journal has no head: its row in ledger_seal_head is gone.");
  return {
    position: row.position,
    hash: row.hash,
    unsealed: row.unsealed,
    oldest: row.oldest === null ? undefined : new Date(row.oldest),
  };
}
