/**
 * Who watches settling: charts and metrics are told here when a batch has ended and when a payment has its answer. What they do
 * with it never fails a payment, and is told after the outcome is durable.
 */
import { afterwards } from "./failures.ts";
import type { PaymentRow } from "./row.ts";
import type { Settlement } from "./settlement.ts";

/** What has just ended. Durations are in milliseconds. */
export type SettlingEvent =
  /** A statement for a batch: how many payments it held, how long it took, and whether it failed, so that they are asked for singly. */
  | { type: "batch"; size: number; durationMs: number; failed: boolean }
  /**
   * A payment, with its wait for a batch and everything that was sent again. `verdict` is "failed" where no outcome is known,
   * or none was asked for. `kind` and `declineCode` are the payment's, null where there is none, and where it was not declined.
   */
  | {
      type: "payment";
      durationMs: number;
      verdict: Settlement["verdict"] | "failed";
      kind: PaymentRow["kind"] | null;
      declineCode: string | null;
    };

export type SettlingObserver = (event: SettlingEvent) => void;

// On globalThis, because development reloads modules, and start-up and routes may be bundled apart; who watches is one list.
const slot = globalThis as typeof globalThis & { onceSettlingObservers?: Map<string, SettlingObserver> };

/**
 * Has `observer` told of everything that ends from now on. `name` says who watches: the same name again takes the place of the
 * one before. It is called on the way of a payment's answer, so it only counts, and neither waits nor asks a database.
 */
export function observeSettling(name: string, observer: SettlingObserver): void {
  slot.onceSettlingObservers ??= new Map();
  slot.onceSettlingObservers.set(name, observer);
}

/** Tells everybody who watches. Never throws. */
export function tellObservers(event: SettlingEvent): void {
  for (const observer of slot.onceSettlingObservers?.values() ?? [])
    afterwards("Counting what was settled", () => observer(event));
}
