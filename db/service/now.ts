/** What waits just now, for an operator. Reads only. */
import type { Waiting } from "../../lib/ops/health.ts";
import { database } from "../connection/client.ts";
import { countOpenKeys } from "./record.ts";

/** Counting goes no further: more than this are many. */
const REQUESTS_COUNTED_MAX = 1_000;

/** Counts what waits now, by indexes. */
export async function readWaiting(): Promise<Waiting> {
  const [openKeys, [row]] = await Promise.all([
    countOpenKeys(),
    database().readingSql<{ requests: number; adjustments: number }[]>`
      select (select count(*)::int
                from (select from merchant_requests where state = 'pending' limit ${REQUESTS_COUNTED_MAX}) counted) as requests,
             (select count(*)::int
                from (select from ledger_adjustments where state = 'pending' limit ${REQUESTS_COUNTED_MAX}) counted) as adjustments`,
  ]);
  return { openKeys, merchantRequests: row?.requests ?? 0, adjustments: row?.adjustments ?? 0 };
}
