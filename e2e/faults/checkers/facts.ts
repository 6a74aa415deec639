/** The ground truth that claims are compared with: the database, read past the application. */
import type postgres from "postgres";

export type PaymentFact = {
  id: string;
  userId: string;
  kind: string;
  purposeId: string;
  /** The refunded payment. */
  subjectId: string | null;
  status: "succeeded" | "declined";
  declineCode: string | null;
  amountMinor: bigint;
  payerAccountId: string;
  payeeAccountId: string;
  settledAtMs: number;
};

/** One side of a transfer: an account's version, and its balance after it. */
export type EntryFact = {
  accountId: string;
  version: bigint;
  transferId: string;
  balanceMinor: bigint;
  atMs: number;
};

type AccountFact = { id: string; ownerId: string; handle: string };

export type Facts = {
  accounts: AccountFact[];
  payments: PaymentFact[];
  entries: EntryFact[];
  openKeys: { userId: string; key: string }[];
};

export async function readFacts(owner: postgres.Sql<{ bigint: bigint }>): Promise<Facts> {
  const payments = await owner<PaymentFact[]>`
    select id, user_id as "userId", kind, purpose_id as "purposeId", subject_id as "subjectId", status, decline_code as "declineCode",
           amount_minor as "amountMinor", payer_account_id as "payerAccountId", payee_account_id as "payeeAccountId",
           extract(epoch from settled_at)::double precision * 1000 as "settledAtMs"
      from payments`;
  const entries = await owner<EntryFact[]>`
    select account_id as "accountId", version, transfer_id as "transferId", balance_minor as "balanceMinor",
           extract(epoch from created_at)::double precision * 1000 as "atMs"
      from ledger_entries order by account_id, version`;
  const openKeys = await owner<{ userId: string; key: string }[]>`
    select user_id as "userId", key from idempotency_keys`;
  const accounts = await owner<AccountFact[]>`
    select a.id, a.owner_id as "ownerId", u.handle from ledger_accounts a join users u on u.id = a.owner_id`;
  return { accounts: [...accounts], payments: [...payments], entries: [...entries], openKeys: [...openKeys] };
}
