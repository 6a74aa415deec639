/** What happens when a payment form opens: remember, else ask for a key. Reading a page issues nothing; this does. */

import type { Purpose } from "@/lib/api/payment";
import { DEFAULT_RETRY_AFTER_SECONDS } from "@/lib/pay/read-response";
import type { PayEvent, Payload } from "@/lib/pay/state";
import { firstPress, takeFirstAnswer, whenShown } from "./first-paint";
import { fetchKeyState, issueKey } from "./key-api";
import { readStored } from "./stored-press";

/**
 * Finds out where the form stands, as an event for the machine. A stored press leads straight into checking, without a
 * new key; where it asked for another payload than the page shows now, into its revocation. A stored key that the server has replaced was used by another tab: if that was a decline, it is shown.
 * Throws where no key could be had.
 */
export async function openForm(
  userId: string,
  purpose: Purpose,
  payload: Payload,
  storageName: string,
): Promise<PayEvent> {
  await whenShown();
  const pressed = firstPress(storageName);
  if (pressed !== undefined) return { type: "press-under-way", press: pressed };
  const stored = readStored(storageName);
  if (stored.kind === "press") {
    const isOfThisPage = isSamePayload(stored.press.payload, payload);
    return { type: isOfThisPage ? "press-found" : "other-press-found", press: stored.press };
  }

  const issued = await issueKey(userId, purpose, takeFirstAnswer(storageName));
  switch (issued.kind) {
    case "settled":
      return { type: "purpose-paid", payment: issued.payment };
    case "signed-out":
      return { type: "signed-out" };
    case "rate-limited": {
      const waitSeconds = issued.retryAfterSeconds ?? DEFAULT_RETRY_AFTER_SECONDS;
      return { type: "rate-limited", retryAtMs: Date.now() + waitSeconds * 1000 };
    }
    case "open": {
      if (stored.kind === "key" && stored.key !== issued.key) {
        const lookup = await fetchKeyState(userId, stored.key);
        if (
          lookup.kind === "state" &&
          lookup.state.state === "settled" &&
          lookup.state.payment.status === "declined"
        ) {
          return { type: "decline-found", payment: lookup.state.payment, nextKey: issued.key };
        }
      }
      const cannotTell = stored.kind === "blocked" && !issued.isNew;
      const wasPressed = stored.kind === "key" && stored.isPressed && stored.key === issued.key;
      return {
        type: "issued",
        key: issued.key,
        earlierPress: cannotTell || wasPressed ? "possible" : "none",
      };
    }
    default:
      return issued satisfies never;
  }
}

function isSamePayload(one: Payload, other: Payload): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => one[name] === other[name]);
}
