/** Names that somebody may not have, because others would take them for somebody else. */
import { findTwin } from "../../db/identity/users.ts";
import { isReserved } from "../../lib/text/reserved-names.ts";

/**
 * Whether nobody may go by the name, or whether it or the handle reads like another merchant's or operator's; the database has
 * the last word about those who become one just now.
 */
export async function nameFault(
  name: string,
  { id, handle }: { id: string; handle: string },
): Promise<"name_taken" | "handle_taken" | undefined> {
  if (isReserved(name)) return "name_taken";
  const twin = await findTwin({ name, handle }, id);
  return twin && (twin === "name" ? "name_taken" : "handle_taken");
}
