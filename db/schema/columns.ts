/** Column types that several tables share. */
import { sql } from "drizzle-orm";
import { bigint, char, customType, timestamp } from "drizzle-orm/pg-core";

/**
 * An amount or balance: minor units in a `bigint`, read as a BigInt (a `number` would round above 2^53). It is one with
 * `select` only; read through a relation it is rounded all the same (findings/drizzle-rounds-bigint-in-relations.sh).
 */
export const minorUnits = (name: string) => bigint(name, { mode: "bigint" });

/** ISO 4217, three capitals. */
export const currencyCode = (name: string) => char(name, { length: 3 });

/** Bytes; Drizzle has no type of its own for them. */
export const bytes = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => "bytea" });

/** The full transaction id, which never wraps around. Written by Postgres only. */
export const transactionId = customType<{ data: string }>({ dataType: () => "xid8" });

/** UTC, to the millisecond: what JavaScript can hold is what is stored, so a rendered time never differs. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** When a row is written, as the default of its `instant`. Cut off: rounded, half of them would lie in the future until the millisecond is over. */
export const thisMoment = sql`date_trunc('milliseconds', now())`;
