/** What an operator has funded before that matters before they fund again. Nothing is decided from it: it serves a question. */
import { database } from "../../connection/client.ts";
import { KEY_LIFETIME } from "../../idempotency/new-keys/new-keys.ts";
import type { Funding } from "../funding.ts";
import { LOOKS_ALIKE_MINUTES } from "./earlier.ts";

export type EarlierFunding = { intentId: string; paymentId: string; settledAt: Date; operator: string };

/**
 * The latest funding of the last minutes of the same account by the same amount, in the same direction and for the same
 * reason, whichever operator made it.
 */
export async function findSameFunding(
  ownerId: string,
  {
    direction,
    amountMinor,
    currency,
    reason,
  }: Pick<Funding, "direction" | "amountMinor" | "currency" | "reason">,
): Promise<EarlierFunding | undefined> {
  const { readingSql } = database();
  const side = direction === "credit" ? readingSql`p.payee_account_id` : readingSql`p.payer_account_id`;
  const [found] = await readingSql<(Omit<EarlierFunding, "settledAt"> & { settledAt: string })[]>`
    select p.purpose_id as "intentId", p.id as "paymentId", p.settled_at as "settledAt",
           coalesce((select u.handle from users u where u.id = p.user_id), '?') as operator
      from payments p
     where ${side} = (select a.id from ledger_accounts a where a.owner_id = ${ownerId} and a.currency = ${currency})
       and p.kind = 'funding' and p.status = 'succeeded' and p.amount_minor = ${amountMinor.toString()} and p.note = ${reason}
       and p.settled_at > now() - ${LOOKS_ALIKE_MINUTES} * interval '1 minute'
     order by p.settled_at desc, p.id desc limit 1`;
  // Drizzle has the driver leave times as text.
  return found && { ...found, settledAt: new Date(found.settledAt) };
}

/**
 * The latest intent of the last minutes that `operatorId` began and that has no outcome: it may still be carried out, and
 * what it funds is not known.
 */
export async function findFundingInDoubt(operatorId: string): Promise<string | undefined> {
  const [found] = await database().readingSql<{ intentId: string }[]>`
    select k.purpose_id as "intentId" from idempotency_keys k
     where k.user_id = ${operatorId} and k.kind = 'funding' and k.issued_in = database_identity()
       and k.expires_at - ${KEY_LIFETIME}::text::interval > now() - ${LOOKS_ALIKE_MINUTES} * interval '1 minute'
     order by k.key desc limit 1`;
  return found?.intentId;
}
