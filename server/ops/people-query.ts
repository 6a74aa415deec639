/** Which people a page is of, as its address says. */
import type { PeopleFilter } from "@/db/operators/find-people";
import { one, type SearchParams } from "../orders/list-query.ts";

const ROLES = ["payer", "merchant", "operator"] as const;
const STATES = ["frozen", "waiting"] as const;

type PeopleQuery = { q?: string; role?: (typeof ROLES)[number]; state?: (typeof STATES)[number] };

/** `query` is what the address says, and nothing that is no filter. */
export function peopleFilterOf(search: SearchParams): { filter: PeopleFilter; query: PeopleQuery } {
  const text = one(search.q);
  const role = ROLES.find((known) => known === one(search.role));
  const state = STATES.find((known) => known === one(search.state));
  return {
    filter: { text, role, isFrozen: state === "frozen", isWaiting: state === "waiting" },
    query: { ...(text && { q: text }), ...(role && { role }), ...(state && { state }) },
  };
}
