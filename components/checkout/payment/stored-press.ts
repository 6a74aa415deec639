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
  | { kind: "key"; key: string }
  | { kind: "press"; press: Press };

export function storageName(userId: string, purpose: Purpose): string {
  const purposeId = purpose.kind === "order" ? purpose.orderId : purpose.intentId;
  return `once:${userId}:${purpose.kind}:${purposeId}`;
}

/** What is stored under `name`. `blocked` where reading or writing is refused, which a probe finds out. */
export function readStored(name: string): Stored {
  try {
    const text = sessionStorage.getItem(name);
    // Reading works in some browsers where writing does not: write what was read, or a probe.
    const probe = `${name}:probe`;
    sessionStorage.setItem(probe, "1");
    sessionStorage.removeItem(probe);
    if (text === null) return { kind: "nothing" };
    const value: unknown = JSON.parse(text);
    if (isPress(value)) return { kind: "press", press: value };
    if (isRecord(value) && typeof value.key === "string") return { kind: "key", key: value.key };
    return { kind: "nothing" };
  } catch (error) {
    return error instanceof SyntaxError ? { kind: "nothing" } : { kind: "blocked" };
  }
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
