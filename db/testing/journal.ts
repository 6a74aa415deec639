/** The journal in tests: transfers that no payment made, sealing to the end, and what a verification says. */
import { randomUUID } from "node:crypto";
import type postgres from "postgres";
import { expect, vi } from "vitest";
import type { Sql } from "../client.ts";
import { sealTransfers } from "../ledger/seal.ts";

/** Other tests' transactions on the same server hold every sealer back for as long as they run. */
export const SEALING_LIMIT_MS = 15_000;

export type Fault = { position: string | null; transferId: string | null; fault: string };

/** Every kind of character that a text form could stumble over. */
const NOTE = "für \"alles\"; it''s \\ ☕\n";

/** Writes a transfer and its payment, as settling does in one transaction, and returns their id. */
export async function insertTransfer(
  sql: Pick<postgres.Sql, "unsafe">,
  {
    transactionId,
    note = NOTE,
    settledAt = "clock_timestamp()",
  }: { transactionId?: bigint; note?: string | null; settledAt?: string } = {},
): Promise<string> {
  const id = randomUUID();
  await sql.unsafe(`
    insert into payments (user_id, id, kind, purpose_id, status, amount_minor, currency, payer_account_id,
                          payee_account_id, note, request_hash, renderer, settled_at)
    values ('${randomUUID()}', '${id}', 'transfer', '${id}', 'succeeded', 5, 'USD', '${id}', gen_random_uuid(),
            ${note === null ? "null" : `'${note}'`}, sha256('x'), 1, ${settledAt});
    insert into ledger_transfers
    select id, payer_account_id, payee_account_id, amount_minor, currency, 0, 1, 5, 1,
           ${transactionId === undefined ? "pg_current_xact_id()" : `'${transactionId}'`}, settled_at
      from payments where id = '${id}'`);
  return id;
}

/** The transfers in the order of their seals. */
export async function journal(owner: Sql): Promise<{ position: bigint; transferId: string }[]> {
  const rows = await owner<{ position: bigint; transfer_id: string }[]>`
    select position, transfer_id from ledger_seals order by position`;
  return rows.map((row) => ({ position: row.position, transferId: row.transfer_id }));
}

/** Seals until every transfer has its seal. */
export async function sealAll(owner: Sql): Promise<void> {
  await vi.waitFor(
    async () => {
      await sealTransfers();
      const unsealed = await owner`
        select id from ledger_transfers t where not exists (select 1 from ledger_seals s where s.transfer_id = t.id)`;
      expect(unsealed).toEqual([]);
    },
    { timeout: SEALING_LIMIT_MS },
  );
}

/** The first row that verification finds off; none where all is right. */
export async function verifyJournal(sql: Pick<postgres.Sql, "unsafe">): Promise<Fault[]> {
  const rows = await sql.unsafe<Fault[]>(
    `select position::text, transfer_id as "transferId", fault from verify_seals_v1()`,
  );
  return [...rows];
}
