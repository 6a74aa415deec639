/**
 * From names to accounts. Resolving decides nothing: what cannot be found stays null, and settling answers for it, so
 * that a replay never depends on a handle, an order or an account that has changed since.
 *
 * Every payment makes one of these reads, so they are written by hand, made together and planned once per connection.
 * Each row is looked up by itself, in a subquery by an index, whatever the tables were like when the plan was made.
 *
 * Where the owner has no account in the currency, another account of theirs stands for it, so that settling declines
 * with `currency_mismatch` instead of claiming that nobody is there. Never a silent conversion.
 */
import { database } from "../client.ts";
import { together } from "../together.ts";
import type { PayCommand } from "./command.ts";

export type Resolved = {
  debitAccountId: string | null;
  creditAccountId: string | null;
  currency: string | null;
  /** Whether the order or payment that the command names exists at all. */
  subjectFound: boolean;
};

/** What is asked, numbered: a set has no order of its own. */
function numbered(asked: readonly object[]): string {
  return JSON.stringify(asked.map((one, n) => ({ n, ...one })));
}

const resolveOrder = together(
  async (asked: readonly { userId: string; orderId: string; currency: string }[]) =>
    database().readingSql<Resolved[]>`
      select case when merchant.account_id is not null then (
               select id from ledger_accounts where owner_id = asked."userId"
                order by currency = asked.currency desc, id limit 1) end as debit_account_id,
             merchant.account_id as credit_account_id, asked.currency,
             merchant.account_id is not null as subject_found
        from jsonb_to_recordset(${numbered(asked)}::text::jsonb)
               asked (n int, "userId" uuid, "orderId" uuid, currency text)
        left join lateral (
          select merchant_account_id as account_id from orders where id = asked."orderId" limit 1) merchant on true
       order by asked.n`,
);

const resolveTransfer = together(
  async (asked: readonly { userId: string; payee: string; currency: string }[]) =>
    database().readingSql<Resolved[]>`
      select (select id from ledger_accounts where owner_id = asked."userId"
               order by currency = asked.currency desc, id limit 1) as debit_account_id,
             (select id from ledger_accounts
               where owner_id = (select id from users where handle = asked.payee or email = asked.payee)
               order by currency = asked.currency desc, id limit 1) as credit_account_id,
             asked.currency, true as subject_found
        from jsonb_to_recordset(${numbered(asked)}::text::jsonb)
               asked (n int, "userId" uuid, payee text, currency text)
       order by asked.n`,
);

const resolveRefund = together(
  async (asked: readonly { paymentId: string }[]) =>
    database().readingSql<Resolved[]>`
      select refunded.payee_account_id as debit_account_id, refunded.payer_account_id as credit_account_id,
             refunded.currency, refunded.id is not null as subject_found
        from jsonb_to_recordset(${numbered(asked)}::text::jsonb) asked (n int, "paymentId" uuid)
        left join lateral (select * from payments where id = asked."paymentId" limit 1) refunded on true
       order by asked.n`,
);

const resolveTopUp = together(
  async (asked: readonly { userId: string; currency: string }[]) =>
    database().readingSql<Resolved[]>`
      select funding.id as debit_account_id,
             case when funding.id is not null then (
               select id from ledger_accounts where owner_id = asked."userId"
                order by currency = asked.currency desc, id limit 1) end as credit_account_id,
             asked.currency, true as subject_found
        from jsonb_to_recordset(${numbered(asked)}::text::jsonb) asked (n int, "userId" uuid, currency text)
        left join lateral (
          select id from ledger_accounts where purpose = 'funding' and currency = asked.currency limit 1) funding on true
       order by asked.n`,
);

/** Finds the accounts that `command` of `userId` is about. */
export function resolve(userId: string, command: PayCommand): Promise<Resolved> {
  switch (command.operation) {
    case "pay-order":
      return resolveOrder({ userId, orderId: command.orderId, currency: command.currency });
    case "transfer":
      return resolveTransfer({ userId, payee: command.payee.toLowerCase(), currency: command.currency });
    case "refund":
      return resolveRefund({ paymentId: command.paymentId });
    case "top-up":
      return resolveTopUp({ userId, currency: command.currency });
    default:
      return command satisfies never;
  }
}
