/**
 * New keys, many by one statement and one commit: what most forms that open ask for, and all of a rush. An entry that gets none here
 * is issued its key by `issue_key_v1` (../issue.ts), which says what is in the way.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { uuidv7 } from "uuidv7";
import type { Sql } from "../../connection/client.ts";
import { errorCode } from "../../execution/error-code.ts";
import { gatheredCall } from "../../execution/gathered-calls.ts";
import { noteAsker, tracedBatch } from "../../execution/tracing.ts";
import { attemptOnce } from "../../execution/until-known.ts";
import { settlingLoad } from "../../payments/settle.ts";
import { OpenKeyCounts } from "./open-key-counts.ts";

/**
 * A user's purpose, as the columns of its key. `openMax`: with as many open keys the user gets no other. `latestMs`: when whoever asks has
 * given up, by `performance.now()`.
 */
export type WantedKey = {
  userId: string;
  kind: string;
  purposeId: string;
  subjectId: string | null;
  openMax: number;
  latestMs: number;
};

/** A form that stays open overnight still works in the morning. Only the reaper reads it: an expired key is still open. */
export const KEY_LIFETIME = "24 hours";

export type NewKey = { key: string; expiresAt: Date };

/** A statement of this many takes some milliseconds, on one core; payments need the others. */
const BATCH_MAX = 32;
/** A batch that takes longer waits for a lock, needs no core, and must not keep the next one waiting. */
const BUSY_MS = 20;
/** Its connection is dead, or the database away, where a batch has no answer by then: its entries are then sent singly. */
const BATCH_DEADLINE_MS = 3_000;

/** While payments are at work they have the cores for so long, and more forms share the next batch: nobody notices it in a form that opens. */
const AFTER_PAYMENTS_MS = 5;

const afterPayments = async () => {
  if (settlingLoad().batchesInFlight > 0) await sleep(AFTER_PAYMENTS_MS);
};

type Row = { n: number; expiresAt: Date | null; openKeys: number | null };

type NewKeys = {
  counts: OpenKeyCounts;
  ask: (wanted: WantedKey) => Promise<NewKey | undefined>;
};

// On globalThis, because routes and actions may be bundled apart; the batches and the counts are one.
const slot = globalThis as typeof globalThis & { onceNewKeys?: NewKeys };

function newKeys(): NewKeys {
  if (slot.onceNewKeys) return slot.onceNewKeys;
  const counts = new OpenKeyCounts();
  const ask = gatheredCall<WantedKey, NewKey | undefined>(
    (wanted) =>
      tracedBatch("once.issue batch", wanted, () => sendBatch(wanted, counts)).catch((error: unknown) => {
        // They are issued singly then, so nobody else would tell of it.
        const reason = errorCode(error) ?? (error instanceof Error ? error.message : typeof error);
        console.warn(`A batch of ${wanted.length} new keys failed (${reason}): they are issued singly.`);
        throw error;
      }),
    { batchMax: BATCH_MAX, busyMs: BUSY_MS, pause: afterPayments },
  );
  slot.onceNewKeys = { counts, ask };
  return slot.onceNewKeys;
}

/**
 * Issues a new key for `wanted` where nothing stands in the way: no key of the purpose is there, nor its payment, its order exists, and
 * the user has room. Undefined otherwise. Throws where that is not known; the key may have been issued, and nobody was told.
 */
export function issueNewKey(wanted: WantedKey): Promise<NewKey | undefined> {
  noteAsker(wanted);
  return newKeys().ask(wanted);
}

/** Has the open keys of a user counted before the next is issued: there are more, or fewer, than this process knows of. */
export function countAnew({ userId, openMax }: Pick<WantedKey, "userId" | "openMax">): void {
  newKeys().counts.forget(userId, openMax);
}

async function sendBatch(
  wanted: readonly WantedKey[],
  counts: OpenKeyCounts,
): Promise<(NewKey | undefined)[]> {
  const sent = wanted.flatMap(({ latestMs, ...entry }, n): Sent[] => {
    if (performance.now() >= latestMs) return [];
    return [{ ...entry, n, key: uuidv7(), isCounted: !counts.take(entry.userId, entry.openMax) }];
  });
  const rows =
    sent.length === 0 ? [] : await attemptOnce("keys", (sql) => statement(sql, sent), BATCH_DEADLINE_MS);
  const asked = new Map(sent.map((entry) => [entry.n, entry]));
  const issued: (NewKey | undefined)[] = wanted.map(() => undefined);
  // In the order in which they were issued: the last count of a user is the highest.
  for (const { n, expiresAt, openKeys } of rows) {
    const entry = asked.get(n);
    if (entry === undefined)
      throw new Error("Bug: issue_new_keys_v1 answered an entry twice, or none of these.");
    asked.delete(n);
    const { userId, openMax, key } = entry;
    if (expiresAt !== null) issued[n] = { key, expiresAt };
    if (openKeys !== null) counts.counted(userId, openKeys + (expiresAt === null ? 0 : 1), openMax);
    else if (expiresAt === null) counts.giveBack(userId, openMax);
  }
  if (asked.size > 0) throw new Error("Bug: issue_new_keys_v1 left entries without an answer.");
  return issued;
}

type Sent = Omit<WantedKey, "latestMs"> & { n: number; key: string; isCounted: boolean };

function statement(sql: Sql, sent: readonly Sent[]): PromiseLike<Row[]> {
  const batch = sent.map(({ n, userId, key, kind, purposeId, subjectId, openMax, isCounted }) => ({
    n,
    user_id: userId,
    key,
    kind,
    purpose_id: purposeId,
    subject_id: subjectId,
    count_max: isCounted ? openMax : null,
  }));
  return sql<Row[]>`select * from issue_new_keys_v1(${sql.json(batch)}::jsonb, ${KEY_LIFETIME}::interval)`;
}
