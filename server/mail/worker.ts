/**
 * Sends what the outbox holds: a round every few seconds on every server, and at once after this one has stored something.
 * Nothing waits for it, and no payment knows of it.
 */
import { setTimeout as pause } from "node:timers/promises";
import {
  type ClaimedMail,
  claimMails,
  expireMails,
  LEASE_SECONDS,
  recordFailure,
  recordSent,
} from "@/db/mail/outbox";
import { isDemo } from "../lifecycle/environment.ts";
import { log } from "../observability/log.ts";
import { countMail } from "../observability/metrics.ts";
import { compose } from "./compose.ts";
import { MAIL_KINDS, readContent } from "./content.ts";
import { delivery, hasMail } from "./delivery.ts";
import { makeDemoCopy } from "./demo-copy.ts";
import type { MailMessage } from "./message.ts";
import { describe, sendBySmtp } from "./smtp.ts";

/** What another server has stored, or what is due again, waits no longer than this. */
const PAUSE_MS = 5_000;
const EXPIRE_PAUSE_MS = 60_000;
/** As many as are sent at once: each has the whole lease. */
const MAILS_PER_ROUND = 5;
/** Well inside the lease, so that this server has said what became of a mail before another takes it. */
const SENDING_MAX_MS = (LEASE_SECONDS * 1_000) / 2;
/** The first pause after a failed try; each is four times as long as the one before, up to the longest. */
const RETRY_FIRST_SECONDS = 30;
const RETRY_FACTOR = 4;
const RETRY_MAX_SECONDS = 2 * 60 * 60;

/** How long to wait after a try that failed. A mail server that was away is not stormed by all mails at once. */
export function retryAfterSeconds(attempt: number): number {
  const seconds = Math.min(RETRY_MAX_SECONDS, RETRY_FIRST_SECONDS * RETRY_FACTOR ** (attempt - 1));
  return seconds * (0.75 + Math.random() / 2);
}

/** Sends up to `MAILS_PER_ROUND` mails that are due, and returns how many it has tried. Throws where the database does. */
export async function sendDueMails(): Promise<number> {
  if (!hasMail()) return 0;
  const claimed = await claimMails(MAIL_KINDS, MAILS_PER_ROUND);
  await Promise.all(claimed.map(sendOne));
  return claimed.length;
}

async function sendOne(mail: ClaimedMail): Promise<void> {
  try {
    const message = await inTime(composeAndSend(mail));
    await recordSent(mail.id, isDemo() ? makeDemoCopy(message) : undefined);
    countMail(mail.kind, "sent");
  } catch (error) {
    const isFinal = (error as Error).name === "MailRefused";
    const reason = describe(error);
    await recordFailure(mail, reason, isFinal ? undefined : retryAfterSeconds(mail.attempt));
    countMail(mail.kind, isFinal ? "given-up" : "failed");
    // Neither the address nor what the mail says: it may hold a link that signs somebody in.
    const facts = { mail: mail.id, kind: mail.kind, attempt: mail.attempt, code: codeOf(error) };
    if (isFinal) log.warn(facts, "A mail was refused, and is given up.");
    else log.info(facts, "A mail was not sent; it is tried again.");
  }
}

async function composeAndSend(mail: ClaimedMail): Promise<MailMessage> {
  const message = await compose(readContent(mail.kind, mail.content), mail.locale);
  if (delivery() === "smtp") await sendBySmtp(mail, message);
  return message;
}

/** Bounds a try, which may be under way all the same: the mail has the same Message-ID when it is sent again. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("It took too long.")), SENDING_MAX_MS).unref();
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function codeOf(error: unknown): string | undefined {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  return [code, responseCode].filter((one) => one !== undefined).join(" ") || undefined;
}

/** Gives up mails whose time is over, says so, and deletes old ones. */
export async function giveUpExpired(): Promise<void> {
  for (const { id, kind, attempts } of await expireMails()) {
    countMail(kind, "given-up");
    log.warn({ mail: id, kind, attempts }, "A mail was not sent in its time, and is given up.");
  }
}

/** A mail server answers in that time, mostly; a mail that is cut off is sent by another server, after the lease. */
const STOPPING_MAX_MS = 2_000;

type Worker = {
  timer: NodeJS.Timeout | undefined;
  round: Promise<void> | undefined;
  isStopped: boolean;
  isAskedAgain: boolean;
  expiredAtMs: number;
};

// On globalThis, because start-up and routes may be bundled apart; there is one worker.
const slot = globalThis as typeof globalThis & { onceMailWorker?: Worker };

/** Starts the rounds of this process. */
export function startMailWorker(): void {
  if (slot.onceMailWorker && !slot.onceMailWorker.isStopped) return;
  slot.onceMailWorker = {
    timer: undefined,
    round: undefined,
    isStopped: false,
    isAskedAgain: false,
    expiredAtMs: Number.NEGATIVE_INFINITY,
  };
  schedule(slot.onceMailWorker, PAUSE_MS);
}

/** Has a round begin at once. Nothing happens where no worker runs, as in tests and scripts. */
export function wakeMailWorker(): void {
  const worker = slot.onceMailWorker;
  if (!worker || worker.isStopped) return;
  if (worker.round) worker.isAskedAgain = true;
  else schedule(worker, 0);
}

/** Begins no round any more, and resolves when the one under way is over, or has not been for too long. */
export async function stopMailWorker(): Promise<void> {
  const worker = slot.onceMailWorker;
  if (!worker) return;
  worker.isStopped = true;
  clearTimeout(worker.timer);
  await Promise.race([worker.round, pause(STOPPING_MAX_MS, undefined, { ref: false })]);
}

function schedule(worker: Worker, pauseMs: number): void {
  clearTimeout(worker.timer);
  if (worker.isStopped) return;
  // Unref'd, so that it keeps no process alive.
  worker.timer = setTimeout(() => {
    worker.round = round(worker).then((isMore) => {
      worker.round = undefined;
      const isAtOnce = isMore || worker.isAskedAgain;
      worker.isAskedAgain = false;
      schedule(worker, isAtOnce ? 0 : PAUSE_MS);
    });
  }, pauseMs).unref();
}

/** One round; whether there may be more to send already. Never rejects. */
async function round(worker: Worker): Promise<boolean> {
  try {
    if (performance.now() - worker.expiredAtMs >= EXPIRE_PAUSE_MS) {
      worker.expiredAtMs = performance.now();
      await giveUpExpired();
    }
    return (await sendDueMails()) === MAILS_PER_ROUND;
  } catch (error) {
    // The code alone: what Drizzle and Postgres say may quote values.
    log.warn({ code: codeOf(error) }, "A round of the mail worker failed; the next one tries again.");
    return false;
  }
}
