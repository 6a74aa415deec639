/** The currencies that are served. */
import { randomUUID } from "node:crypto";
import { asc } from "drizzle-orm";
import { database } from "../connection/client.ts";
import { type Verdict, verdictOf } from "../operators/verdicts.ts";
import { currencies } from "../schema/currencies.ts";

export type OpenCurrency = {
  code: string;
  houseAccountId: string;
  dayLimitMinor: bigint | null;
  openedAt: Date;
};

/** By code. */
export function listCurrencies(): Promise<OpenCurrency[]> {
  return database()
    .reading.select({
      code: currencies.code,
      houseAccountId: currencies.houseAccountId,
      dayLimitMinor: currencies.dayLimitMinor,
      openedAt: currencies.openedAt,
    })
    .from(currencies)
    .orderBy(asc(currencies.code));
}

/**
 * Opens a currency with its house account, or sets the daily limit of accounts that are opened in it from now on.
 * `dayLimitMinor`: null for no limit, undefined to leave it as it is (none in a new currency).
 */
export function openCurrency(
  actorId: string,
  code: string,
  dayLimitMinor: bigint | null | undefined,
  reason: string,
): Promise<Verdict> {
  // One id for every try: what an earlier one opened is found.
  const houseId = randomUUID();
  return verdictOf(
    (sql) => sql<{ verdict: string }[]>`
      select open_currency_v1(${actorId}, ${code}, ${dayLimitMinor !== undefined}, ${dayLimitMinor?.toString() ?? null},
                              ${houseId}, ${reason}) as verdict`,
  );
}
