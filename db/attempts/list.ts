/** Reads arrivals, for whoever asked to pay. */
import { and, asc, eq } from "drizzle-orm";
import type { Arrival } from "../../lib/receipt.ts";
import { database } from "../connection/client.ts";
import { paymentAttempts } from "../schema/attempts.ts";
import { unwrittenAttempts } from "./record.ts";

/** record_attempts_v1 keeps a hundred of a key, and some more where several servers write at once. */
const READ_MAX = 200;

/**
 * The arrivals of one user's key, oldest first: those that are written, and those that this process has noted and not
 * yet written, so that somebody who has just paid sees it. What other servers have noted within the last second is missing.
 */
export async function listArrivals(userId: string, key: string): Promise<Arrival[]> {
  // Before the statement: what is written meanwhile is found twice, and never not at all.
  const unwritten = unwrittenAttempts(userId, key);
  const written = await database()
    .reading.select({
      id: paymentAttempts.id,
      arrivedAt: paymentAttempts.arrivedAt,
      channel: paymentAttempts.channel,
      verdict: paymentAttempts.verdict,
      requestId: paymentAttempts.requestId,
    })
    .from(paymentAttempts)
    .where(and(eq(paymentAttempts.userId, userId), eq(paymentAttempts.key, key)))
    .orderBy(asc(paymentAttempts.id))
    .limit(READ_MAX);
  const byId = new Map([...unwritten, ...written].map((row) => [row.id, row]));
  return [...byId.values()]
    .sort((a, b) => a.arrivedAt.getTime() - b.arrivedAt.getTime() || (a.id < b.id ? -1 : 1))
    .map(({ id, arrivedAt, channel, verdict, requestId }) => ({
      id,
      arrivedAt: arrivedAt.toISOString(),
      channel,
      verdict,
      ...(requestId == null ? {} : { requestId }),
    }));
}
