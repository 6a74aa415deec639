/** The address of the form without JavaScript, written and read. */
import type { Payload } from "./pay/state.ts";

/**
 * Where the form stands that `userId` opened at `place` (lib/pay/place.ts): it holds `key`, and shows what became of it.
 * `carried` are the fields of what is paid that the place alone does not tell: to whom, how much. `notice` is
 * what an answer said when it led here: by a reload another press may be under way, so it stands for nothing about the key.
 */
export function plainFormPath(
  { place, key, userId, carried }: { place: string; key: string; userId: string; carried?: Payload },
  notice?: "unknown" | "refused",
): string {
  const query = new URLSearchParams({ key, user: userId, ...carried, ...(notice && { notice }) });
  return `${place}/form?${query}`;
}

/** Whose form stands at this path of ours, where one does: nobody else is shown it. */
export function openedAs(path: string): string | undefined {
  const [pathname, query] = path.split("?");
  const isForm = /^(?:\/[^/]+)+\/form$/.test(pathname ?? "");
  return (isForm && new URLSearchParams(query).get("user")) || undefined;
}
