"use client";

import { createContext, type ReactNode, useContext, useState } from "react";

const Viewer = createContext<string | undefined>(undefined);

/** Says once, for all forms of a page, who is signed in: the user whose name stands in the page's header. */
export function ViewerOfForms({ userId, children }: { userId: string | undefined; children: ReactNode }) {
  return <Viewer value={userId}>{children}</Viewer>;
}

/**
 * Who the form was opened as, which it sends along: somebody else who is signed in by the time it is sent is not taken for
 * them. It stays who it was when the form was shown, whoever the page is read again for. In each form that is not of `Form`.
 */
export function OpenedAs() {
  const viewerId = useContext(Viewer);
  const [userId] = useState(viewerId);
  return userId === undefined ? null : <input type="hidden" name="user" value={userId} />;
}
