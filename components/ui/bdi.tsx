import { Children, type ReactNode } from "react";

/**
 * The tag `<bdi>` of the texts: around the words of somebody, whose direction is their own and ends with them. Given to
 * `t.rich` beside those words. They become one text: of a list React makes text nodes of their own, which it would look
 * for in vain where a program has translated the page (in-elements.tsx).
 */
export function bdi(chunks: ReactNode): ReactNode {
  return <bdi>{Children.toArray(chunks).join("")}</bdi>;
}
