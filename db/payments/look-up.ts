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
import { type GoodKey, type GoodKeyRow, goodKey, goodKeyOf, hashOfApiKey } from "../identity/api-keys.ts";
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

/** What is asked by: the user's id, or the API key that a request came with. */
type Asker = { userId: string } | { apiKeyHash: string };

/** A user's key, and what their command names. */
type Lookup = Asker & {
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
} & GoodKeyRow &
  ({ id: null } | (Omit<PaymentRow, "settledAt"> & { settledAt: string; requestHash: Buffer }));

export type Found = { caller: GoodKey | undefined; resolved: Resolved };

const loadInBatch = batchedLoad((lookups: readonly Lookup[]) =>
  tracedBatch("once.resolve batch", lookups, () => readAll(lookups)),
);

function load(lookup: Lookup): Promise<Found> {
  noteAsker(lookup);
  return loadInBatch(lookup);
}

/**
 * Numbered, because a set has no order of its own. Of nobody, whose API key is not good, nothing is looked up, and of a settled key
 * no more than its payment. With synchronous standbys, settling answers for such a key: it waits for them. What is `here` is
 * found out once: the database's identity costs more than all that is looked up for one request.
 */
const LOOK_UP = `
  select caller.*,
         earlier.user_id, earlier.id, earlier.kind, earlier.purpose_id, earlier.subject_id, earlier.status,
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
                                       where id = refunded.payee_account_id and owner_id = lookup.user_id)
           else true
         end as subject_found,
         case when served.code is not null and lookup.operation in ('pay-order', 'transfer', 'top-up')
               and own.currency is distinct from lookup.currency then lookup.user_id end as lacking_payer_id,
         case when served.code is not null and payee.currency is distinct from lookup.currency
           then named.id end as lacking_payee_id,
         opened.kind as open_kind, opened.purpose_id as open_purpose_id
    from (select database_identity() as identity, current_setting('synchronous_standby_names') = '' as is_alone) here
    cross join jsonb_to_recordset($1::text::jsonb)
           asked (n int, "userId" uuid, "apiKeyHash" text, key uuid, operation text, "orderId" uuid, "refundOf" uuid,
                  payee text, currency text, direction text)
    left join lateral (${goodKey('asked."apiKeyHash"')}) caller on true
    left join lateral (
      select * from payments where user_id = coalesce(asked."userId", caller.caller_id) and id = asked.key and here.is_alone
         and not exists (select 1 from idempotency_keys k
                          where k.user_id = payments.user_id and k.key = payments.id and k.issued_in = here.identity)
       limit 1) earlier on true
    left join lateral (
      select coalesce(asked."userId", caller.caller_id) as user_id, asked.key, asked.operation, asked."orderId" as order_id,
             asked."refundOf" as refund_of, asked.payee, asked.currency, asked.direction
       where earlier.id is null and (asked."userId" is not null or caller.caller_id is not null) limit 1) lookup on true
    left join lateral (
      select kind, purpose_id from idempotency_keys where user_id = lookup.user_id and key = lookup.key
         and issued_in = here.identity limit 1) opened on true
    left join lateral (
      select id, currency from ledger_accounts where owner_id = lookup.user_id
       order by currency = lookup.currency desc, id limit 1) own on true
    left join lateral (
      select id from users where handle = lookup.payee or (email = lookup.payee and email_verified) limit 1
      ) named on true
    left join lateral (
      select id, currency from ledger_accounts where owner_id = named.id
       order by currency = lookup.currency desc, id limit 1) payee on true
    left join lateral (
      select merchant_account_id as account_id from orders where id = lookup.order_id limit 1) merchant on true
    left join lateral (
      select payer_account_id, payee_account_id, currency from payments where id = lookup.refund_of limit 1
      ) refunded on true
    left join lateral (
      select code, house_account_id from currencies where code = lookup.currency limit 1) served on true
    left join lateral (
      select served.house_account_id as id where lookup.operation in ('top-up', 'funding')) house on true
   order by asked.n`;

async function readAll(lookups: readonly Lookup[]): Promise<Found[]> {
  const numbered = JSON.stringify(lookups.map((lookup, n) => ({ n, ...lookup })));
  const rows = await database().readingSql.unsafe<LookupRow[]>(LOOK_UP, [numbered], { prepare: true });
  return rows.map((row) => ({ caller: goodKeyOf(row), resolved: resolvedOf(row) }));
}

function resolvedOf(row: LookupRow): Resolved {
  const { openKind, openPurposeId } = row;
  return {
    debitAccountId: row.debitAccountId,
    creditAccountId: row.creditAccountId,
    currency: row.resolvedCurrency,
    subjectFound: row.subjectFound,
    lacksAccount: [row.lackingPayerId, row.lackingPayeeId].filter((id) => id !== null),
    openFor:
      openKind === null || openPurposeId === null ? undefined : { kind: openKind, purposeId: openPurposeId },
    earlier: earlierOf(row),
  };
}

function earlierOf(row: LookupRow): Resolved["earlier"] {
  if (row.id === null) return undefined;
  const { userId, id, kind, purposeId, subjectId, status, declineCode, amountMinor, currency } = row;
  const { payerAccountId, payeeAccountId, note, renderer, requestHash } = row;
  const payment = {
    ...{ userId, id, kind, purposeId, subjectId, status, declineCode, amountMinor, currency },
    ...{ payerAccountId, payeeAccountId, note, renderer },
    // Drizzle has the driver leave times as text.
    settledAt: new Date(row.settledAt),
  };
  return { payment, requestHash };
}

/** What is looked up of a command. */
function namedIn(command: PayCommand): Omit<Lookup, "userId" | "apiKeyHash" | "key"> {
  const { operation } = command;
  switch (operation) {
    case "pay-order":
      return { operation, orderId: command.orderId, currency: command.currency };
    case "transfer":
      return { operation, payee: command.payee.toLowerCase(), currency: command.currency };
    case "refund":
      return { operation, refundOf: command.paymentId };
    case "top-up":
    case "adjustment":
      return { operation, currency: command.currency };
    case "funding": {
      const { accountOf, currency, direction } = command;
      return { operation, payee: accountOf.toLowerCase(), currency, direction };
    }
    default:
      return operation satisfies never;
  }
}

async function find(asker: Asker, key: string, command: PayCommand): Promise<Found> {
  const found = await load({ ...asker, key, ...namedIn(command) });
  if (command.operation !== "adjustment") return found;
  // It names its accounts itself.
  const { debitAccountId, creditAccountId } = command;
  return { ...found, resolved: { ...found.resolved, debitAccountId, creditAccountId } };
}

/** Finds the payment that stands under `key` of `userId`, and the accounts that `command` is about. */
export async function lookUp(userId: string, key: string, command: PayCommand): Promise<Resolved> {
  return (await find({ userId }, key, command)).resolved;
}

/**
 * Finds whose `apiKey` is (findByApiKey) and, of them, what `lookUp` finds, in one statement. Of a key that is not good nothing is
 * looked up: everything that was named is not found.
 */
export function lookUpFor(apiKey: string, key: string, command: PayCommand): Promise<Found> {
  return find({ apiKeyHash: hashOfApiKey(apiKey) }, key, command);
}
