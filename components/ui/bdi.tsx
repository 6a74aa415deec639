import type { ReactNode } from "react";

/**
 * The tag `<bdi>` of the texts: around the words of somebody, whose direction is their own and ends with them. Given to
 * `t.rich` beside those words.
 */
export function bdi(chunks: ReactNode): ReactNode {
  return <bdi>{chunks}</bdi>;
}
