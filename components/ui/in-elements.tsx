import { Children, type ReactNode } from "react";

/**
 * What next-intl makes of a text with tags, each piece in an element of its own: programs that translate a page put their
 * own elements in the place of text nodes, and React's updates of those text nodes would fail.
 */
export function inElements(pieces: ReactNode): ReactNode[] {
  return Children.toArray(pieces).map((piece, at) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text keep their order.
    typeof piece === "string" ? <span key={at}>{piece}</span> : piece,
  );
}
