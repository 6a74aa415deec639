/** Runs few statements of one kind at once, so that a flood of them leaves the database's cores to the others. */
import pLimit, { type LimitFunction } from "p-limit";
import { within } from "./deadline.ts";

export class ConcurrencyLimit {
  readonly #limit: LimitFunction;
  readonly #busyMs: number;

  /**
   * `concurrency` slots. Work gives its slot back when it ends, or after `busyMs`: what takes longer waits for a lock or for
   * a standby, needs no core, and must not keep the others waiting.
   */
  constructor({ concurrency, busyMs }: { concurrency: number; busyMs: number }) {
    this.#limit = pLimit(concurrency);
    this.#busyMs = busyMs;
  }

  /**
   * Runs `work` when there is a slot, first come, first served. Throws DeadlineMissed where that takes longer than
   * `waitMaxMs`: nothing was done, and nothing will be.
   */
  async run<T>(work: () => Promise<T>, waitMaxMs: number): Promise<T> {
    const job: { running?: Promise<T>; isCancelled: boolean } = { isCancelled: false };
    const started = new Promise<void>((resolve) => {
      void this.#limit(async () => {
        if (job.isCancelled) return;
        job.running = work();
        resolve();
        // How it ends is its caller's to hear; here only the slot waits for it.
        await within(this.#busyMs, job.running).catch(() => {});
      });
    });
    try {
      await within(waitMaxMs, started);
    } catch (error) {
      if (!job.running) {
        job.isCancelled = true;
        throw error;
      }
    }
    if (!job.running) throw new Error("Bug: a job has started and does not run.");
    return await job.running;
  }
}
