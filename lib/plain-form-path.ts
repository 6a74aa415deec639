/** The address of the checkout without JavaScript, written and read. */

/**
 * Where the form stands that `userId` opened for `orderId`: it holds `key`, and shows what became of it. `notice` is
 * what an answer said when it led here: by a reload another press may be under way, so it stands for nothing about the key.
 */
export function plainFormPath(
  { orderId, key, userId }: { orderId: string; key: string; userId: string },
  notice?: "unknown" | "refused",
): string {
  const query = new URLSearchParams({ key, user: userId, ...(notice && { notice }) });
  return `/checkout/${encodeURIComponent(orderId)}/form?${query}`;
}

/** Whose form stands at this path of ours, where one does: nobody else is shown it. */
export function openedAs(path: string): string | undefined {
  const [pathname, query] = path.split("?");
  const isForm = /^\/checkout\/[^/]+\/form$/.test(pathname ?? "");
  return (isForm && new URLSearchParams(query).get("user")) || undefined;
}
