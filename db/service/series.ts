/** What all servers together saw, in steps of time: for charts. Reads only. */

import type { Step } from "../../lib/ops/charts.ts";
import type { Counts } from "../../lib/ops/tally.ts";
import { database } from "../connection/client.ts";
import { ENDING } from "./record.ts";

export type Series = {
  steps: Step[];
  /** How many servers have recorded something within the last three minutes, and not that they end. */
  servers: number;
};

/**
 * The last `count` steps of `stepSeconds` each, the one that runs among them, oldest first. Counts are sums over all servers,
 * levels the largest of any.
 */
export async function readSeries(stepSeconds: number, count: number): Promise<Series> {
  const stepMs = stepSeconds * 1_000;
  const last = Math.floor(Date.now() / stepMs) * stepMs;
  const first = last - (count - 1) * stepMs;
  const rows = await database().readingSql<{ at: string; counts: Counts; levels: Counts }[]>`
    with seen as materialized (
      select date_bin(make_interval(secs => ${stepSeconds}), minute, 'epoch') as at, counts, levels
        from service_minutes where minute >= ${new Date(first).toISOString()}),
    counted as (
      select at, jsonb_object_agg(name, total) as counts
        from (select at, c.key as name, sum(c.value::float8) as total from seen, jsonb_each_text(counts) c group by at, c.key) each
       group by at),
    raised as (
      select at, jsonb_object_agg(name, most) as levels
        from (select at, l.key as name, max(l.value::float8) as most from seen, jsonb_each_text(levels) l group by at, l.key) each
       group by at)
    select steps.at::text as at, coalesce(counts, '{}') as counts, coalesce(levels, '{}') as levels
      from (select distinct at from seen) steps
      left join counted on counted.at = steps.at
      left join raised on raised.at = steps.at`;
  const [alive] = await database().readingSql<{ servers: number }[]>`
    select count(*)::int as servers
      from (select from service_minutes where minute > now() - interval '3 minutes'
             group by server having not bool_or(levels ? ${ENDING})) at_work`;
  const byTime = new Map(rows.map(({ at, counts, levels }) => [new Date(at).getTime(), { counts, levels }]));
  const steps = Array.from({ length: count }, (_, n) => {
    const at = first + n * stepMs;
    return { at: new Date(at), ...byTime.get(at) };
  });
  return { steps, servers: alive?.servers ?? 0 };
}
