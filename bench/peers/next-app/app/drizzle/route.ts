/** An interactive Drizzle transaction: both accounts locked in order, a payment written, both balances changed. */
import { eq, inArray, sql } from "drizzle-orm";
import { accounts, payments } from "../../db/schema.ts";
import { insufficientFunds, payIdempotently } from "../../lib/idempotent-payment.ts";

export function POST(request: Request): Promise<Response> {
  return payIdempotently(request, async (tx, { payer, payee, payeeAccount, amountMinor }) => {
    const locked = await tx
      .select()
      .from(accounts)
      .where(inArray(accounts.id, [payer.id, payeeAccount.id]))
      .orderBy(accounts.id)
      .for("update");
    const balance = locked.find(({ id }) => id === payer.id)?.balanceMinor ?? 0n;
    if (balance < amountMinor) throw insufficientFunds();
    const [payment] = await tx
      .insert(payments)
      .values({ payerId: payer.id, payeeId: payeeAccount.id, amountMinor })
      .returning();
    if (!payment) throw new Error("Bug: nothing was inserted.");
    await tx
      .update(accounts)
      .set({ balanceMinor: sql`${accounts.balanceMinor} - ${amountMinor}` })
      .where(eq(accounts.id, payer.id));
    await tx
      .update(accounts)
      .set({ balanceMinor: sql`${accounts.balanceMinor} + ${amountMinor}` })
      .where(eq(accounts.id, payeeAccount.id));
    return {
      id: payment.id,
      amountMinor: amountMinor.toString(),
      payee,
      createdAt: payment.createdAt.toISOString(),
    };
  });
}
