/** Which open keys the console's page is of, as its address says. */
import type { KeyFilter } from "@/db/idempotency/operators/list-keys";
import { findByHandle } from "@/db/identity/users";
import { PAYMENT_KINDS } from "@/lib/api/payment";
import { one, type SearchParams } from "../orders/list-query.ts";

const MINUTE_MS = 60_000;
const AGES = ["10", "60", "360", "1440"];

export type KeysQuery = { owner?: string; kind?: string; age?: string; arrived?: string };

/** What the address says; what is not understood is left out. */
export function keysQueryOf(search: SearchParams): KeysQuery {
  const owner = one(search.owner);
  const kind = PAYMENT_KINDS.find((known) => known === one(search.kind));
  const age = AGES.find((known) => known === one(search.age));
  return {
    ...(owner && { owner }),
    ...(kind && { kind }),
    ...(age && { age }),
    ...(one(search.arrived) === "yes" && { arrived: "yes" }),
  };
}

/** The filter that a query means; undefined where it names an owner who is nobody, so that nothing fits. */
export async function keyFilterOf(query: KeysQuery, now: Date): Promise<KeyFilter | undefined> {
  const owner =
    query.owner === undefined ? undefined : await findByHandle(query.owner.toLowerCase().replace(/^@/, ""));
  if (query.owner !== undefined && owner === undefined) return undefined;
  return {
    ownerId: owner?.id,
    kind: PAYMENT_KINDS.find((known) => known === query.kind),
    issuedBefore:
      query.age === undefined ? undefined : new Date(now.getTime() - Number(query.age) * MINUTE_MS),
    arrivedOnly: query.arrived === "yes",
  };
}
