/** What operators forbid accounts. Each change is written to the audit log by the statement that makes it. */
import { type Verdict, verdictOf } from "../operators/verdicts.ts";

type Restriction = { actorId: string; userId: string; currency?: string | undefined; reason: string };

/**
 * Freezes a person, or their account in `currency` alone, or takes that back. A frozen account neither pays nor is paid;
 * nothing that was begun before is lost.
 */
export function setFrozen(
  { actorId, userId, currency, reason }: Restriction,
  isFrozen: boolean,
): Promise<Verdict> {
  return verdictOf(
    (sql) => sql<{ verdict: string }[]>`
      select set_frozen_v1(${actorId}, ${userId}, ${currency ?? null}, ${isFrozen}, ${reason}) as verdict`,
  );
}

/** Bounds what may leave an account in a UTC day by orders and transfers, in minor units; null means no limit. */
export function setDayLimit(
  { actorId, userId, currency, reason }: Restriction & { currency: string },
  dayLimitMinor: bigint | null,
): Promise<Verdict> {
  return verdictOf(
    (sql) => sql<{ verdict: string }[]>`
      select set_day_limit_v1(${actorId}, ${userId}, ${currency}, ${dayLimitMinor?.toString() ?? null}, ${reason})
             as verdict`,
  );
}
