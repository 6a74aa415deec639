/**
 * From names to accounts. Resolving decides nothing: what cannot be found stays null, and settling answers for it, so
 * that a replay never depends on a handle, an order or an account that has changed since.
 */
import { and, eq, sql } from "drizzle-orm";
import { database } from "../client.ts";
import { users } from "../schema/auth.ts";
import { ledgerAccounts } from "../schema/ledger.ts";
import { orders } from "../schema/orders.ts";
import { payments } from "../schema/payments.ts";
import type { PayCommand } from "./command.ts";

export type Resolved = {
  debitAccountId: string | null;
  creditAccountId: string | null;
  currency: string | null;
  /** Whether the order or payment that the command names exists at all. */
  subjectFound: boolean;
};

/**
 * The owner's account in `currency`; where there is none, another account of theirs, so that settling declines with
 * `currency_mismatch` instead of claiming that nobody is there. Never a silent conversion.
 */
function accountOf(ownerId: string | ReturnType<typeof sql>, currency: string) {
  return sql<string | null>`(
    select ${ledgerAccounts.id} from ${ledgerAccounts} where ${ledgerAccounts.ownerId} = ${ownerId}
     order by ${ledgerAccounts.currency} = ${currency} desc, ${ledgerAccounts.id} limit 1)`;
}

/** Finds the accounts that `command` of `userId` is about. */
export async function resolve(userId: string, command: PayCommand): Promise<Resolved> {
  const db = database().reading;
  switch (command.operation) {
    case "pay-order": {
      const [row] = await db
        .select({ debit: accountOf(userId, command.currency), credit: orders.merchantAccountId })
        .from(orders)
        .where(eq(orders.id, command.orderId));
      return {
        debitAccountId: row?.debit ?? null,
        creditAccountId: row?.credit ?? null,
        currency: command.currency,
        subjectFound: row !== undefined,
      };
    }
    case "transfer": {
      const typed = command.payee.toLowerCase();
      const payee = sql`(select ${users.id} from ${users} where ${users.handle} = ${typed} or ${users.email} = ${typed})`;
      const [row] = await db
        .select({ debit: accountOf(userId, command.currency), credit: accountOf(payee, command.currency) })
        .from(sql`(values (1)) one`);
      return {
        debitAccountId: row?.debit ?? null,
        creditAccountId: row?.credit ?? null,
        currency: command.currency,
        subjectFound: true,
      };
    }
    case "refund": {
      const [row] = await db
        .select({
          debit: payments.payeeAccountId,
          credit: payments.payerAccountId,
          currency: payments.currency,
        })
        .from(payments)
        .where(eq(payments.id, command.paymentId));
      return {
        debitAccountId: row?.debit ?? null,
        creditAccountId: row?.credit ?? null,
        currency: row?.currency ?? null,
        subjectFound: row !== undefined,
      };
    }
    case "top-up": {
      const [row] = await db
        .select({ debit: ledgerAccounts.id, credit: accountOf(userId, command.currency) })
        .from(ledgerAccounts)
        .where(and(eq(ledgerAccounts.purpose, "funding"), eq(ledgerAccounts.currency, command.currency)));
      return {
        debitAccountId: row?.debit ?? null,
        creditAccountId: row?.credit ?? null,
        currency: command.currency,
        subjectFound: true,
      };
    }
    default:
      return command satisfies never;
  }
}
