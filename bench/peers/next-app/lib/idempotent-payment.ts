/** What both routes share: who asks for what, and a key that is claimed inside the payment's own transaction. */
import { createHash } from "node:crypto";
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { db, type Transaction } from "../db/index.ts";
import { accounts, apiKeys, idempotencyKeys } from "../db/schema.ts";

const bodySchema = z.strictObject({
  payee: z.string(),
  amountMinor: z.string().regex(/^[1-9]\d{0,17}$/),
  currency: z.literal("USD"),
});

type Account = typeof accounts.$inferSelect;
type Asked = { payer: Account; key: string; requestHash: string; payee: string; amountMinor: bigint };
/** What a payer is told; kept with the key. */
type Receipt = { id: string; amountMinor: string; payee: string; createdAt: string };

/** Ends the transaction without an effect: the key is as free as it was. */
class Refused extends Error {
  constructor(readonly status: number) {
    super(`Refused with ${status}.`);
  }
}

async function readRequest(request: Request): Promise<Asked> {
  const token = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
  const hash = createHash("sha256").update(token).digest("base64url");
  const [found] = await db
    .select({ payer: accounts })
    .from(apiKeys)
    .innerJoin(accounts, eq(accounts.id, apiKeys.accountId))
    .where(eq(apiKeys.hash, hash));
  if (!found) throw new Refused(401);
  const key = request.headers.get("idempotency-key");
  const text = await request.text();
  const body = bodySchema.safeParse(JSON.parse(text));
  if (!key || !body.success) throw new Refused(400);
  return {
    payer: found.payer,
    key,
    requestHash: createHash("sha256").update(text).digest("hex"),
    payee: body.data.payee,
    amountMinor: BigInt(body.data.amountMinor),
  };
}

/** Pays by `pay` under a key: once, however often it is asked, as long as the key's row is kept. */
export async function payIdempotently(
  request: Request,
  pay: (tx: Transaction, asked: Asked & { payeeAccount: Account }) => Promise<Receipt>,
): Promise<Response> {
  try {
    const asked = await readRequest(request);
    const ofKey = and(eq(idempotencyKeys.accountId, asked.payer.id), eq(idempotencyKeys.key, asked.key));
    const { receipt, isReplay } = await db.transaction(async (tx) => {
      // Waits for another transaction that has claimed it.
      const [claimed] = await tx
        .insert(idempotencyKeys)
        .values({ accountId: asked.payer.id, key: asked.key, requestHash: asked.requestHash })
        .onConflictDoNothing()
        .returning({ key: idempotencyKeys.key });
      if (!claimed) {
        const [kept] = await tx.select().from(idempotencyKeys).where(ofKey);
        if (kept?.requestHash !== asked.requestHash) throw new Refused(422);
        return { receipt: kept.response, isReplay: true };
      }
      const [payeeAccount] = await tx.select().from(accounts).where(eq(accounts.handle, asked.payee));
      if (!payeeAccount || payeeAccount.id === asked.payer.id) throw new Refused(422);
      const receipt = await pay(tx, { ...asked, payeeAccount });
      await tx.update(idempotencyKeys).set({ response: receipt }).where(ofKey);
      return { receipt, isReplay: false };
    });
    return Response.json(receipt, {
      status: 201,
      headers: isReplay ? { "idempotent-replayed": "true" } : {},
    });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return Response.json({ status: error.status }, { status: error.status });
  }
}

export function insufficientFunds(): Refused {
  return new Refused(409);
}
