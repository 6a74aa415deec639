/** A browser whose clock is wrong, as it is on devices with an empty battery, or that somebody has set by hand. */
import type { Page } from "@playwright/test";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/**
 * Makes the clock of every document that the page opens from now on wrong by `offsetMs`; timers go on as ever. Returns what sets
 * the open document's clock anew.
 */
export async function setClock(page: Page, offsetMs: number): Promise<(offsetMs: number) => Promise<void>> {
  await page.addInitScript((initialMs) => {
    const wrongByMs = { now: initialMs };
    const now = () => performance.timeOrigin + performance.now() + wrongByMs.now;
    Object.assign(globalThis, {
      wrongByMs,
      Date: new Proxy(Date, {
        construct: (target, args, newTarget) =>
          Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
        get: (target, name) => (name === "now" ? () => Math.trunc(now()) : Reflect.get(target, name)),
      }),
    });
  }, offsetMs);
  return (changedMs) =>
    page.evaluate((ms) => {
      const { wrongByMs } = globalThis as unknown as { wrongByMs: { now: number } };
      wrongByMs.now = ms;
    }, changedMs);
}
