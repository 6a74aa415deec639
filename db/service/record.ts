/**
 * What this server saw, minute by minute, for charts: gathered in memory, and written every few seconds beside the payments, which
 * wait for none of it. Best effort: a crash loses the last seconds.
 */
import { randomUUID } from "node:crypto";
import { batchName, type Counts, settleName } from "../../lib/ops/tally.ts";
import type { Attempt } from "../attempts/record.ts";
import { database } from "../connection/client.ts";
import { readSealingState } from "../ledger/sealing-state.ts";
import { observeSettling } from "../payments/observation.ts";
import { settlingLoad } from "../payments/settle.ts";

const MINUTE_MS = 60_000;
/** While the database does not answer, the last quarter of an hour is kept. */
const MINUTES_HELD_MAX = 15;
/** Counting goes no further: more open forms than this are many. */
const KEYS_COUNTED_MAX = 100_000;

/** The level that a server's last minutes have (db/service/series.ts). */
export const ENDING = "ending";

type Minute = { counts: Counts; levels: Counts };

type Recorder = {
  /** Of this process, from its start. */
  server: string;
  /** By the minute's beginning, those that are not known to be written, and the one that runs. */
  minutes: Map<number, Minute>;
  /** The minute whose levels were read last. */
  levelsReadAt: number;
  /** It shuts down: whatever it writes from then on says so. */
  isEnding: boolean;
};

// On globalThis, because development reloads modules, and routes may be bundled apart; what is counted is one.
const slot = globalThis as typeof globalThis & { onceServiceMinutes?: Recorder };

function recorder(): Recorder {
  slot.onceServiceMinutes ??= { server: randomUUID(), minutes: new Map(), levelsReadAt: 0, isEnding: false };
  return slot.onceServiceMinutes;
}

/** The minute that runs; the oldest are given up where too many wait. */
function minuteNow(): Minute {
  const { minutes } = recorder();
  const beginning = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const found = minutes.get(beginning);
  if (found) return found;
  const minute: Minute = { counts: {}, levels: {} };
  minutes.set(beginning, minute);
  for (const old of [...minutes.keys()].slice(0, -MINUTES_HELD_MAX)) minutes.delete(old);
  return minute;
}

function count(name: string): void {
  const { counts } = minuteNow();
  counts[name] = (counts[name] ?? 0) + 1;
}

function raise(name: string, level: number): void {
  const { levels } = minuteNow();
  levels[name] = Math.max(levels[name] ?? 0, level);
}

/** Counts what a request to pay was told. */
export function countTold(verdict: Attempt["verdict"]): void {
  count(`told:${verdict}`);
}

/** From now on everything that is settled here is counted. */
export function startCounting(): void {
  observeSettling("service minutes", (event) => {
    switch (event.type) {
      case "batch":
        count(batchName(event.size));
        if (event.failed) count("batch-failed");
        break;
      case "payment": {
        count(settleName(event.durationMs));
        if (event.verdict === "settled" && event.declineCode !== null) count(`declined:${event.declineCode}`);
        const { queued, resubmitting } = settlingLoad();
        raise("queued", queued + resubmitting);
        break;
      }
      default:
        event satisfies never;
    }
  });
}

/**
 * Writes what is held, the minute that runs among it: it is written again until it is over, whole, so that a write that is repeated
 * counts nothing twice. A minute without payments is written as well: this server was there. Throws where the database
 * does not answer; what was not written stays for the next call.
 */
export async function writeServiceMinutes(): Promise<void> {
  const one = recorder();
  await readLevels(one);
  if (one.isEnding) raise(ENDING, 1);
  const running = minuteNow();
  const written = [...one.minutes];
  const rows = written.map(([beginning, { counts, levels }]) => ({
    minute: new Date(beginning).toISOString(),
    counts,
    levels,
  }));
  // As text, because Drizzle takes the pool's own serializer of JSON away.
  await database()
    .readingSql`select record_service_minutes_v1(${one.server}, ${JSON.stringify(rows)}::text::jsonb)`;
  for (const [beginning, minute] of written)
    if (minute !== running && minute !== minuteNow()) one.minutes.delete(beginning);
}

/** Writes that this server ends, so that nobody counts it among those at work for minutes to come. Never throws; a crash says nothing. */
export async function tellOfEnd(): Promise<void> {
  recorder().isEnding = true;
  await writeServiceMinutes().catch(() => undefined);
}

/** What the database says of itself, once a minute: every server would read the same. */
async function readLevels(one: Recorder): Promise<void> {
  const beginning = Math.floor(Date.now() / MINUTE_MS);
  if (one.levelsReadAt === beginning) return;
  const [sealing, keys] = await Promise.all([readSealingState(), countOpenKeys()]);
  one.levelsReadAt = beginning;
  raise("keys", keys);
  raise("unsealed", sealing.unsealed);
  raise("unsealedSeconds", Math.round(sealing.oldestSeconds));
}

/** How many keys are open, counted to a hundred thousand and no further. */
export async function countOpenKeys(): Promise<number> {
  const [row] = await database().readingSql<{ keys: number }[]>`
    select count(*)::int as keys from (select from idempotency_keys limit ${KEYS_COUNTED_MAX}) counted`;
  return row?.keys ?? 0;
}
