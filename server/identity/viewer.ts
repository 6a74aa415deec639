/** Who looks at a page, and who calls the API. */
import { headers } from "next/headers";
import { cache } from "react";
import { findByApiKey } from "@/db/identity/api-keys";
import { findActing, type User } from "@/db/identity/users";
import { SCOPES, type Scope } from "@/lib/identity/scopes";
import type { RequestHeaders } from "../http/fast-path/api-request.ts";
import { log } from "../observability/log.ts";
import { auth, sessionReader } from "./auth.ts";

export type Viewer = User;

const viewerOf = (session: { user: { id: string } } | null) =>
  session === null ? undefined : findActing(session.user.id);

/** The signed-in user of this page, if any. Read once per request. */
export const getViewer = cache(
  async (): Promise<Viewer | undefined> =>
    viewerOf(await auth().api.getSession({ headers: await headers() })),
);

/**
 * The signed-in user, for what can be shown to anybody: where it cannot be found out, because the database does not answer,
 * the page is shown all the same, and says so.
 */
export const findViewer = cache(
  async (): Promise<
    { isKnown: true; viewer: Viewer | undefined } | { isKnown: false; viewer: undefined }
  > => {
    await headers();
    try {
      return { isKnown: true, viewer: await getViewer() };
    } catch (error) {
      log.warn({ error }, "Who looks at a page could not be found out.");
      return { isKnown: false, viewer: undefined };
    }
  },
);

/** Who calls, by what, and what that may do. A session is its user, and may do whatever the user may. */
export type Caller = { user: User; scopes: readonly Scope[] } & (
  | { via: "session" }
  | { via: "api-key"; apiKeyId: string }
);

/**
 * Who sent an API request: the owner of its bearer key, else its session. A request that carries a bearer key is never
 * taken for the session's user, whether the key is good or not.
 */
export async function authenticate(requestHeaders: RequestHeaders): Promise<Caller | undefined> {
  const authorization = requestHeaders.get("authorization");
  if (authorization !== null) {
    const apiKey = /^Bearer +([\x21-\x7e]{1,200})$/i.exec(authorization)?.[1];
    if (apiKey === undefined) return undefined;
    const found = await findByApiKey(apiKey);
    return found && { user: found.user, scopes: found.scopes, via: "api-key", apiKeyId: found.id };
  }
  const session = await sessionReader().api.getSession({ headers: new Headers([...requestHeaders]) });
  const user = await viewerOf(session);
  return user && { user, scopes: SCOPES, via: "session" };
}
