/**
 * What this tab remembers of a form between reloads: the key it holds and, once Pay was pressed, the press. Kept in
 * `sessionStorage` under user and purpose, so that neither another user nor another order ever finds it.
 *
 * Storage may be blocked or full. Nothing depends on it: the server gives the same key again for the same purpose.
 */

import type { Purpose } from "@/lib/api/payment";
import { isPress, isRecord } from "@/lib/pay/read-response";
import type { Press } from "@/lib/pay/state";

export type Stored =
  | { kind: "blocked" }
  | { kind: "nothing" }
  /** `isPressed`: a press of it was left to the browser, and is not to be sent again by itself. */
  | { kind: "key"; key: string; isPressed: boolean }
  | { kind: "press"; press: Press };

export function storageName(userId: string, purpose: Purpose): string {
  const purposeId = purpose.kind === "order" ? purpose.orderId : purpose.intentId;
  return `once:${userId}:${purpose.kind}:${purposeId}`;
}

/** What is stored under `name`. `blocked` where nothing is, and reading or writing is refused, which a probe finds out. */
export function readStored(name: string): Stored {
  try {
    const stored = parseStored(sessionStorage.getItem(name));
    // A press that is remembered is remembered, also where nothing more can be written.
    if (stored.kind === "press") return stored;
    return isWritable(name) ? stored : { kind: "blocked" };
  } catch {
    return { kind: "blocked" };
  }
}

function parseStored(text: string | null): Stored {
  if (text === null) return { kind: "nothing" };
  try {
    const value: unknown = JSON.parse(text);
    if (isPress(value)) return { kind: "press", press: value };
    if (isRecord(value) && typeof value.key === "string")
      return { kind: "key", key: value.key, isPressed: value.isPressed === true };
  } catch {
    // Not what this page writes.
  }
  return { kind: "nothing" };
}

/** Whether what is written is kept. Reading works in some browsers where writing does not, and some refuse it without a word. */
function isWritable(name: string): boolean {
  const probe = `${name}:probe`;
  sessionStorage.setItem(probe, "1");
  const isKept = sessionStorage.getItem(probe) === "1";
  sessionStorage.removeItem(probe);
  return isKept;
}

export function storeKey(name: string, key: string): void {
  store(name, { key });
}

/** Called before a press is sent: from here on a reload leads into `checking`. */
export function storePress(name: string, press: Press): void {
  store(name, press);
}

/** Called when an outcome is known, or the key is void: there is nothing to check any more. */
export function forgetStored(name: string): void {
  try {
    sessionStorage.removeItem(name);
  } catch {
    // Blocked: then nothing was stored either.
  }
}

function store(name: string, value: unknown): void {
  try {
    sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Blocked or full: the same key is issued again for the same purpose, so a second press stays safe.
  }
}
