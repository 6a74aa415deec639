/** Who looks at a page, and who calls the API. */
import { headers } from "next/headers";
import { cache } from "react";
import { findByApiKey, type GoodKey } from "@/db/identity/api-keys";
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

/** What a request carries as its bearer key; null where it carries none, undefined where that is none of ours. */
export function bearerKey(requestHeaders: RequestHeaders): string | null | undefined {
  const authorization = requestHeaders.get("authorization");
  return authorization === null ? null : /^Bearer +([\x21-\x7e]{1,200})$/i.exec(authorization)?.[1];
}

/** Who calls by an API key that is good; nobody by one that is not. */
export function callerBy(found: GoodKey | undefined): Caller | undefined {
  return found && { user: found.user, scopes: found.scopes, via: "api-key", apiKeyId: found.id };
}

/**
 * Who sent an API request: the owner of its bearer key, else its session. A request that carries a bearer key is never
 * taken for the session's user, whether the key is good or not.
 */
export async function authenticate(requestHeaders: RequestHeaders): Promise<Caller | undefined> {
  const apiKey = bearerKey(requestHeaders);
  if (apiKey === undefined) return undefined;
  if (apiKey !== null) return callerBy(await findByApiKey(apiKey));
  const session = await sessionReader().api.getSession({ headers: new Headers([...requestHeaders]) });
  const user = await viewerOf(session);
  return user && { user, scopes: SCOPES, via: "session" };
}
