/** A transfer by pgledger (github.com/pgr0ss/pgledger), whose functions lock and write; the key's row is ours, in the same transaction. */
import { sql } from "drizzle-orm";
import { payIdempotently } from "../../lib/idempotent-payment.ts";

export function POST(request: Request): Promise<Response> {
  return payIdempotently(request, async (tx, { payer, payee, payeeAccount, amountMinor }) => {
    const [transfer] = await tx.execute<{ id: string; created_at: string }>(
      sql`select id, created_at from pgledger_create_transfer(${payer.ledgerAccountId}, ${payeeAccount.ledgerAccountId}, ${amountMinor})`,
    );
    if (!transfer) throw new Error("Bug: pgledger made no transfer.");
    return { id: transfer.id, amountMinor: amountMinor.toString(), payee, createdAt: transfer.created_at };
  });
}
