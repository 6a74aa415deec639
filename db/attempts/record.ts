/**
 * Records arrivals: each request for a key, and its answer. Best effort, and no payment waits for it: arrivals are buffered
 * in memory and written in batches, about once a second, by a commit that waits for no disk.
 */
import { uuidv7 } from "uuidv7";
import { database } from "../connection/client.ts";
import { bisectBatch } from "../execution/bisect-batch.ts";
import { errorCode } from "../execution/error-code.ts";
import { afterwards } from "../payments/failures.ts";
import type { paymentAttempts } from "../schema/attempts.ts";
import { countTold } from "../service/record.ts";
import { AttemptBuffer } from "./buffer.ts";

type Row = typeof paymentAttempts.$inferInsert;

/** One arrival. `arrivedAt` is when its handler started, `verdict` what was answered. */
export type Attempt = Omit<Row, "id">;

/** Long enough that many share a statement, short enough that an operator sees what has just happened. */
const FLUSH_AFTER_MS = 1_000;
/** As many are worth a statement of their own before the second is over. */
const FLUSH_AT_COUNT = 500;
/** A restart or a failover is over by then, mostly; a failed batch has one more try only. */
const RETRY_AFTER_MS = 10_000;
/** record_attempts_v1 keeps no more of one key, so a flood of replays may not fill the buffer. */
const WAITING_PER_KEY = 100;
/** Some megabytes of memory, and one statement that stays far below its timeout. */
const BUFFER_CAPACITY = 5_000;

/** Verdicts that say why nothing was executed. */
const REFUSALS: ReadonlySet<string> = new Set<Attempt["verdict"]>(["refused", "invalid", "mismatch"]);

type Recorder = {
  buffer: AttemptBuffer<Row>;
  /** How many arrivals of each user's key came since the last flush began: anybody may ask for anybody's. */
  perKey: Map<string, number>;
  /** Set while something waits for its time; unref'd, so that it keeps no process alive. */
  timer: NodeJS.Timeout | undefined;
  /** The flush in flight. There is one at a time; it never rejects. */
  flushing: Promise<void> | undefined;
  isFailing: boolean;
  /** Since the process began. */
  lost: AttemptsLost;
};

/** Arrivals that are not recorded: the buffer was full, writing them failed twice, or Postgres cannot hold them. */
export type AttemptsLost = { full: number; failed: number; unwritable: number };

// On globalThis, because development reloads modules, and routes may be bundled apart; the buffer is one.
const slot = globalThis as typeof globalThis & { onceAttempts?: Recorder };

function recorder(): Recorder {
  slot.onceAttempts ??= {
    buffer: new AttemptBuffer(BUFFER_CAPACITY),
    perKey: new Map(),
    timer: undefined,
    flushing: undefined,
    isFailing: false,
    lost: { full: 0, failed: 0, unwritable: 0 },
  };
  return slot.onceAttempts;
}

/** Notes an arrival, to be written soon. Returns at once and never throws: what is lost is evidence, never a payment. */
export function recordAttempt(attempt: Attempt): void {
  afterwards("Recording the attempt", () => {
    countTold(attempt.verdict);
    const one = recorder();
    const perKeyId = `${attempt.userId} ${attempt.key}`;
    const ofKey = (one.perKey.get(perKeyId) ?? 0) + 1;
    one.perKey.set(perKeyId, ofKey);
    const isOutcome = attempt.verdict === "paid" || attempt.verdict === "declined";
    if (ofKey > WAITING_PER_KEY && !isOutcome) return;
    one.buffer.add({ ...attempt, id: uuidv7() });
    scheduleFlush(one);
  });
}

/** How many arrivals this process has lost, by why. */
export function attemptsLost(): AttemptsLost {
  return recorder().lost;
}

/** What this process has noted of one user's key and not yet written. */
export function unwrittenAttempts(userId: string, key: string): Row[] {
  return recorder()
    .buffer.held()
    .filter((row) => row.userId === userId && row.key === key);
}

/** The keys of one user that this process has noted an arrival of, not written so far, whose answer was no plain refusal. */
export function unwrittenKeysInDoubt(userId: string): string[] {
  const rows = recorder()
    .buffer.held()
    .filter((row) => row.userId === userId && !REFUSALS.has(row.verdict));
  return [...new Set(rows.map(({ key }) => key))];
}

/** Writes what waits now, as far as that succeeds, and resolves when it is done. Never rejects. */
export async function flushAttempts(): Promise<void> {
  const one = recorder();
  await one.flushing;
  startFlush(one);
  await one.flushing;
}

/** Flushes at once where enough waits, else by a timer. */
function scheduleFlush(one: Recorder): void {
  if (one.flushing || one.buffer.waiting === 0) return;
  if (one.buffer.waiting >= FLUSH_AT_COUNT && !one.isFailing) startFlush(one);
  else
    one.timer ??= setTimeout(() => startFlush(one), one.isFailing ? RETRY_AFTER_MS : FLUSH_AFTER_MS).unref();
}

function startFlush(one: Recorder): void {
  if (one.flushing || one.buffer.waiting === 0) return;
  clearTimeout(one.timer);
  one.timer = undefined;
  one.flushing = flush(one).then(() => {
    one.flushing = undefined;
    scheduleFlush(one);
  });
}

async function flush(one: Recorder): Promise<void> {
  const batch = one.buffer.take();
  one.perKey.clear();
  try {
    const refused = (await bisectBatch(batch, write)).filter(({ status }) => status === "rejected");
    one.buffer.written();
    one.lost.unwritable += refused.length;
    if (refused.length > 0)
      console.warn(`${refused.length} attempts were not recorded: Postgres cannot hold them.`);
    one.isFailing = false;
  } catch (error) {
    const lost = one.buffer.failed();
    one.lost.failed += lost;
    one.isFailing = true;
    // The code alone: what Postgres says may quote the values.
    const reason = errorCode(error) ?? (error instanceof Error ? error.message : typeof error);
    console.warn(
      `Recording ${batch.length} attempts failed (${reason}): ${batch.length - lost} are tried once more, ${lost} are given up.`,
    );
  }
  const dropped = one.buffer.takeDropped();
  one.lost.full += dropped;
  if (dropped > 0) console.warn(`${dropped} attempts were not recorded: more arrived than could be written.`);
}

/** Writes them all, or none. */
async function write(batch: readonly Row[]): Promise<readonly Row[]> {
  const { readingSql } = database();
  const rows = batch.map((attempt) => ({
    user_id: attempt.userId,
    key: attempt.key,
    id: attempt.id,
    channel: attempt.channel,
    verdict: attempt.verdict,
    arrived_at: attempt.arrivedAt.toISOString(),
    request_id: attempt.requestId ?? null,
  }));
  // As text, because Drizzle takes the pool's own serializer of JSON away.
  await readingSql`select record_attempts_v1(${JSON.stringify(rows)}::text::jsonb)`;
  return batch;
}
