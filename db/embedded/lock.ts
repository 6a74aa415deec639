/**
 * One process at a time starts the server. The operating system gives Node no lock that ends with its holder, so this
 * is built from files that appear whole or not at all (`link` fails where the name is taken).
 *
 * The folder holds one file per holding, named 1, 2, 3, …; the highest is the present one. Whoever finds the highest
 * released, or its holder dead, creates the next; of several, one succeeds. Numbers never go down, so a process that
 * slept between looking and creating cannot come to hold beside another: it finds a higher number and withdraws.
 */
import { randomUUID } from "node:crypto";
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { EmbeddedServerError } from "./failure.ts";
import { keepOwner } from "./keep-owner.ts";
import { isAlive, ownMark, processMark } from "./process-identity.ts";

/** How often a waiting process looks again: short beside the second that a start takes. */
const LOOK_AGAIN_MS = 50;
/** A start with initdb takes seconds, with crash recovery perhaps a minute: three minutes mean that something hangs. */
const WAIT_LIMIT_MS = 180_000;

const holding = z.strictObject({ holder: processMark, released: z.boolean() });
type Holding = z.infer<typeof holding>;

const DRAFT_PREFIX = "draft-";

/** Runs `action` while no other process runs one under the same `folder`. Waits for its turn, three minutes at most. */
export async function withLock<T>(folder: string, action: () => Promise<T>): Promise<T> {
  const number = await acquire(folder);
  try {
    return await action();
  } finally {
    await release(folder, number);
  }
}

async function acquire(folder: string): Promise<number> {
  const deadline = Date.now() + WAIT_LIMIT_MS;
  for (;;) {
    await mkdir(folder, { recursive: true });
    await keepOwner(folder);
    const highest = Math.max(0, ...(await numbersIn(folder)));
    const present = highest === 0 ? undefined : await read(folder, highest);
    const isFree = highest === 0 || (present !== undefined && (present.released || !isAlive(present.holder)));
    if (isFree && (await claim(folder, highest + 1))) return highest + 1;
    if (Date.now() > deadline) {
      const who = present ? `process ${present.holder.pid}` : "another process";
      throw new EmbeddedServerError(
        `The embedded PostgreSQL cannot be started because ${who} has been starting it for more than ${WAIT_LIMIT_MS / 60_000} minutes: end that process and try again.`,
      );
    }
    await pause(LOOK_AGAIN_MS);
  }
}

/** Whether this process now holds `number`, which nobody held. */
async function claim(folder: string, number: number): Promise<boolean> {
  const file = join(folder, String(number));
  const draft = draftIn(folder);
  try {
    await writeDraft(draft, { holder: ownMark(), released: false });
    await link(draft, file);
  } catch (error) {
    // EEXIST: another was first. ENOENT: a new holder cleared this draft away.
    if (isCode(error, "EEXIST") || isCode(error, "ENOENT")) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
  if (Math.max(...(await numbersIn(folder))) > number) {
    await rm(file, { force: true });
    return false;
  }
  await clearBelow(folder, number);
  return true;
}

/** The file stays, marked released: if numbers began again at 1, a process that slept could hold beside another. */
async function release(folder: string, number: number): Promise<void> {
  const draft = draftIn(folder);
  try {
    await writeDraft(draft, { holder: ownMark(), released: true });
    await rename(draft, join(folder, String(number)));
  } catch (error) {
    // The data folder was removed meanwhile, and the lock with it.
    if (!isCode(error, "ENOENT")) throw error;
  }
}

function draftIn(folder: string): string {
  return join(folder, `${DRAFT_PREFIX}${randomUUID()}`);
}

async function writeDraft(draft: string, content: Holding): Promise<void> {
  await writeFile(draft, JSON.stringify(content), { flag: "wx", mode: 0o644 });
  await keepOwner(draft);
}

async function numbersIn(folder: string): Promise<number[]> {
  return (await readdir(folder)).filter((name) => /^\d+$/.test(name)).map(Number);
}

async function read(folder: string, number: number): Promise<Holding | undefined> {
  try {
    return holding.parse(JSON.parse(await readFile(join(folder, String(number)), "utf8")));
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined; // Withdrawn or cleared between the two looks.
    throw new EmbeddedServerError(
      `${join(folder, String(number))} is not a lock of ours: remove ${folder}.`,
      {
        cause: error,
      },
    );
  }
}

/** Removes what earlier holders, and processes that died while writing, left behind. */
async function clearBelow(folder: string, number: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const isOld = name.startsWith(DRAFT_PREFIX) || (/^\d+$/.test(name) && Number(name) < number);
    if (isOld) await rm(join(folder, name), { force: true });
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
