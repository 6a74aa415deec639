/**
 * The one read before a payment: what became of its key, and from names to accounts. It finds and decides nothing. What
 * cannot be found stays null, and settling answers for it. A settled key needs no settling: its replay waits for no lock,
 * and does not depend on a handle, an order or an account that has changed since. Where the key's row is there as well (a
 * restore brought it back), settling answers, and deletes the row; one of another timeline counts as absent here, too.
 *
 * Every payment makes this read, so it is written by hand, batched and planned once per connection. Each row is looked up
 * in a subquery by an index, whatever the tables were like when the plan was made.
 *
 * An e-mail address finds only somebody who verified it: anybody can register with an address that is not theirs.
 *
 * Where the owner has no account in the currency (it is not open, or was opened since they signed in last: `lacksAccount`), another account of theirs stands for it, so that settling declines
 * with `currency_mismatch` instead of claiming that nobody is there. Never a silent conversion.
 */
import { database } from "../connection/client.ts";
import { batchedLoad } from "../execution/batched-reads.ts";
import { noteAsker, tracedBatch } from "../execution/tracing.ts";
import type { PayCommand } from "./command.ts";
import type { PaymentRow } from "./row.ts";

export type Resolved = {
  debitAccountId: string | null;
  creditAccountId: string | null;
  currency: string | null;
  /** Whether the order that the command names exists; of a payment to refund, whether this user received it. */
  subjectFound: boolean;
  /** Who, of the two, has no account in the currency, where that is open. */
  lacksAccount: string[];
  /** What the key is open for; undefined where it is not open. */
  openFor: { kind: string; purposeId: string } | undefined;
  /** The payment that stands under the key already. */
  earlier: { payment: PaymentRow; requestHash: Buffer } | undefined;
};

/** A user's key, and what their command names. */
type Lookup = {
  userId: string;
  key: string;
  operation: PayCommand["operation"];
  orderId?: string;
  refundOf?: string;
  payee?: string;
  currency?: string;
  /** Of a funding: whether the house pays ("credit") or is paid. */
  direction?: string;
};

/** The payment's columns are null where none stands under the key. */
type LookupRow = {
  debitAccountId: string | null;
  creditAccountId: string | null;
  resolvedCurrency: string | null;
  subjectFound: boolean;
  lackingPayerId: string | null;
  lackingPayeeId: string | null;
  openKind: string | null;
  openPurposeId: string | null;
} & ({ id: null } | (Omit<PaymentRow, "settledAt"> & { settledAt: string; requestHash: Buffer }));

const loadInBatch = batchedLoad((lookups: readonly Lookup[]) =>
  tracedBatch("once.resolve batch", lookups, () => readAll(lookups)),
);

function load(lookup: Lookup): Promise<Resolved> {
  noteAsker(lookup);
  return loadInBatch(lookup);
}

async function readAll(lookups: readonly Lookup[]): Promise<Resolved[]> {
  // Numbered, because a set has no order of its own.
  const numbered = JSON.stringify(lookups.map((lookup, n) => ({ n, ...lookup })));
  // With synchronous standbys, settling answers for a key that is settled: it waits for them.
  const rows = await database().readingSql<LookupRow[]>`
    select earlier.user_id, earlier.id, earlier.kind, earlier.purpose_id, earlier.subject_id, earlier.status,
           earlier.decline_code, earlier.amount_minor, earlier.currency, earlier.payer_account_id,
           earlier.payee_account_id, earlier.note, earlier.request_hash, earlier.renderer, earlier.settled_at,
           case lookup.operation
             when 'pay-order' then case when merchant.account_id is not null then own.id end
             when 'transfer' then own.id
             when 'refund' then refunded.payee_account_id
             when 'top-up' then house.id
             when 'funding' then case lookup.direction when 'credit' then house.id else payee.id end
           end as debit_account_id,
           case lookup.operation
             when 'pay-order' then merchant.account_id
             when 'transfer' then payee.id
             when 'refund' then refunded.payer_account_id
             when 'top-up' then case when house.id is not null then own.id end
             when 'funding' then case lookup.direction when 'credit' then payee.id else house.id end
           end as credit_account_id,
           case lookup.operation when 'refund' then refunded.currency else lookup.currency end as resolved_currency,
           case lookup.operation
             when 'pay-order' then merchant.account_id is not null
             when 'refund' then exists (select 1 from ledger_accounts
                                         where id = refunded.payee_account_id and owner_id = lookup."userId")
             else true
           end as subject_found,
           case when served.code is not null and lookup.operation in ('pay-order', 'transfer', 'top-up')
                 and own.currency is distinct from lookup.currency then lookup."userId" end as lacking_payer_id,
           case when served.code is not null and payee.currency is distinct from lookup.currency
             then named.id end as lacking_payee_id,
           opened.kind as open_kind, opened.purpose_id as open_purpose_id
      from jsonb_to_recordset(${numbered}::text::jsonb)
             lookup (n int, "userId" uuid, key uuid, operation text, "orderId" uuid, "refundOf" uuid, payee text,
                    currency text, direction text)
      left join lateral (
        select * from payments where user_id = lookup."userId" and id = lookup.key
           and not exists (select 1 from idempotency_keys
                            where user_id = lookup."userId" and key = lookup.key and issued_in = database_identity())
           and current_setting('synchronous_standby_names') = '' limit 1) earlier on true
      left join lateral (
        select kind, purpose_id from idempotency_keys where user_id = lookup."userId" and key = lookup.key
           and issued_in = database_identity() limit 1) opened on true
      left join lateral (
        select id, currency from ledger_accounts where owner_id = lookup."userId"
         order by currency = lookup.currency desc, id limit 1) own on true
      left join lateral (
        select id from users where handle = lookup.payee or (email = lookup.payee and email_verified) limit 1
        ) named on true
      left join lateral (
        select id, currency from ledger_accounts where owner_id = named.id
         order by currency = lookup.currency desc, id limit 1) payee on true
      left join lateral (
        select merchant_account_id as account_id from orders where id = lookup."orderId" limit 1) merchant on true
      left join lateral (
        select payer_account_id, payee_account_id, currency from payments where id = lookup."refundOf" limit 1
        ) refunded on true
      left join lateral (
        select code, house_account_id from currencies where code = lookup.currency limit 1) served on true
      left join lateral (
        select served.house_account_id as id where lookup.operation in ('top-up', 'funding')) house on true
     order by lookup.n`;
  return rows.map(resolvedOf);
}

function resolvedOf(row: LookupRow): Resolved {
  const { debitAccountId, creditAccountId, resolvedCurrency, subjectFound, ...rest } = row;
  const { lackingPayerId, lackingPayeeId, openKind, openPurposeId, ...payment } = rest;
  const resolved = {
    debitAccountId,
    creditAccountId,
    currency: resolvedCurrency,
    subjectFound,
    lacksAccount: [lackingPayerId, lackingPayeeId].filter((id) => id !== null),
    openFor:
      openKind === null || openPurposeId === null ? undefined : { kind: openKind, purposeId: openPurposeId },
  };
  if (payment.id === null) return { ...resolved, earlier: undefined };
  const { requestHash, settledAt, ...columns } = payment;
  // Drizzle has the driver leave times as text.
  return { ...resolved, earlier: { payment: { ...columns, settledAt: new Date(settledAt) }, requestHash } };
}

/** Finds the payment that stands under `key` of `userId`, and the accounts that `command` is about. */
export async function lookUp(userId: string, key: string, command: PayCommand): Promise<Resolved> {
  const { operation } = command;
  switch (operation) {
    case "pay-order":
      return load({ userId, key, operation, orderId: command.orderId, currency: command.currency });
    case "transfer":
      return load({ userId, key, operation, payee: command.payee.toLowerCase(), currency: command.currency });
    case "refund":
      return load({ userId, key, operation, refundOf: command.paymentId });
    case "top-up":
      return load({ userId, key, operation, currency: command.currency });
    case "funding":
      return load({
        userId,
        key,
        operation,
        payee: command.accountOf.toLowerCase(),
        currency: command.currency,
        direction: command.direction,
      });
    case "adjustment": {
      // It names its accounts itself.
      const { debitAccountId, creditAccountId, currency } = command;
      return { ...(await load({ userId, key, operation, currency })), debitAccountId, creditAccountId };
    }
    default:
      return operation satisfies never;
  }
}
