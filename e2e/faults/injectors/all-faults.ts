import { ANSWER_DROPPED, connectionFaults } from "./connection-faults.ts";
import { databaseFaults, KEYS_REAPED, TERMINATED } from "./database-faults.ts";
import type { Fault } from "./fault.ts";
import { CRASH_AT_ANSWER, CRASH_AT_REVOCATION, postgresCrashes } from "./postgres-crashes.ts";
import { serverFaults } from "./server-faults.ts";

/** Those of the application's servers last. */
export const allFaults: readonly Fault[] = [
  ...connectionFaults,
  ...databaseFaults,
  ...postgresCrashes,
  ...serverFaults,
];

/** The faults that some planted bugs need to do harm. */
export const TRIGGERS = {
  answered: CRASH_AT_ANSWER,
  revoked: CRASH_AT_REVOCATION,
  terminated: TERMINATED,
  reaped: KEYS_REAPED,
  unanswered: ANSWER_DROPPED,
} as const;
