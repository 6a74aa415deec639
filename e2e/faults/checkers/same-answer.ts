/** S3, and the part of S1 that answers show: all answers about a key claim one outcome of one payload. */
import { type Exchange, isInDoubt, isPayment } from "../workload/history.ts";
import { isOutcome, type Observation, type ObservationsByKey } from "./claims.ts";
import { type Violation, violation } from "./violation.ts";

/** S3: one outcome and one body per key, over all answers ever given. */
export function sameAnswer(byKey: ObservationsByKey): Violation[] {
  return [...byKey].flatMap(([id, observations]): Violation[] => {
    const key = id.split(" ")[1];
    const found: Violation[] = [];
    const lie = (message: string) => found.push(violation("S3 same answer", "lie", key, message));
    const all = observations.flatMap(({ claim }) => (isOutcome(claim) ? [claim] : []));
    const own = all.filter(({ paymentId }) => paymentId === key);
    if (own.length < all.length) lie("was answered with another key's payment");
    const bodies = new Set(own.map(({ bytes }) => bytes));
    if (new Set(own.map(({ type }) => type)).size > 1) lie("was told both paid and declined");
    else if (bodies.size > 1) lie(`${bodies.size} different bodies for one outcome`);
    // All answers to one request but the first must say that they are replays.
    const firsts = observations.filter(
      ({ exchange, claim }) => isApiPayment(exchange) && isOutcome(claim) && !exchange.answer?.isReplay,
    );
    if (firsts.length > 1)
      found.push(violation("S1 once", "duplicate", key, `${firsts.length} answers say they were the first`));
    return found;
  });
}

/** A server action's answer has a form of its own. */
function isApiPayment(exchange: Exchange): boolean {
  return isPayment(exchange) && exchange.path.startsWith("/api/");
}

/** S3: once an outcome was told, the same request gets it again, or an answer that leaves it open. */
export function sameOutcomeAgain(byKey: ObservationsByKey): Violation[] {
  return [...byKey].flatMap(([id, observations]): Violation[] => {
    const payments = observations.filter(({ exchange }) => isApiPayment(exchange));
    const first = payments.find(({ claim }) => isOutcome(claim));
    if (!first) return [];
    const isSameLater = ({ exchange }: Observation) =>
      exchange.path === first.exchange.path &&
      exchange.sent === first.exchange.sent &&
      exchange.invokedAtMs > (first.exchange.answer?.atMs ?? Infinity);
    return payments
      .filter((one) => isSameLater(one) && one.claim.type !== first.claim.type && !isInDoubt(one.exchange))
      .map(({ exchange }) => {
        const message = `was told ${first.claim.type}, and answered ${exchange.answer?.status} later`;
        return violation("S3 same answer", "lie", id.split(" ")[1], message);
      });
  });
}

/** S3: the same key with another payload never gets an outcome. */
export function onePayload(byKey: ObservationsByKey): Violation[] {
  return [...byKey].flatMap(([id, observations]): Violation[] => {
    const paid = observations.filter(({ exchange, claim }) => isPayment(exchange) && isOutcome(claim));
    const payloads = new Set(paid.map(({ exchange: { path, sent } }) => `${path} ${sent}`));
    if (payloads.size <= 1) return [];
    return [violation("S3 same answer", "lie", id.split(" ")[1], `${payloads.size} payloads got an outcome`)];
  });
}
