/** Authorization of pages and server actions by the policy; route handlers have theirs in server/http/route.ts. */
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { tell } from "../http/flash.ts";
import { clientAddressOf } from "../http/node-server/client-address.ts";
import { consumeQuota, type QuotaState } from "../http/rate-limits.ts";
import { ADDRESS_HEADER } from "../http/request/address.ts";
import { isSameOrigin } from "../http/request/origin.ts";
import { noteRefusal } from "../observability/security.ts";
import {
  ACTIONS,
  type ActionName,
  isAllowed,
  isShownWithoutRecords,
  type Level,
  PAGES,
  type PageName,
} from "./policy.ts";
import { findViewer, getViewer, type Viewer } from "./viewer.ts";
import { RecordsUnreachable } from "./while-reachable.ts";

type ViewerFor<L> = L extends "anyone" ? Viewer | undefined : Viewer;

/**
 * Authorizes the viewer of the page called `name`. Where the policy demands a session, anybody else is sent to sign in
 * first and then back to `returnTo`, a path of ours; so is whoever is not the user `openedAs`, where the page is one user's.
 * Where the policy demands a role, anybody else is sent to the start page. Throws RecordsUnreachable where the database does not
 * answer and the page needs it: the layout then stands in for the page.
 */
export async function authorizePage<N extends PageName>(
  name: N,
  returnTo: string,
  openedAs?: string,
): Promise<ViewerFor<(typeof PAGES)[N]>> {
  const level: Level = PAGES[name];
  const { isKnown, viewer } = await findViewer();
  if (!isKnown && !(level === "anyone" && isShownWithoutRecords(name))) throw new RecordsUnreachable();
  const isOther = openedAs !== undefined && viewer?.id !== openedAs;
  if (isOther || !isAllowed(level, viewer?.role)) {
    if (viewer && !isOther)
      noteRefusal("role-refused", await headers(), { userId: viewer.id, detail: `page ${name}` });
    redirect(viewer && !isOther ? "/" : `/sign-in?next=${encodeURIComponent(returnTo)}`);
  }
  return viewer as ViewerFor<(typeof PAGES)[N]>;
}

/**
 * The user that a form, or a page that calls an action, was opened as (the field `user`): what an action is told that is not
 * for anyone. Whatever was sent; only the viewer's own id is taken.
 */
type OpenedAs<N extends ActionName> = (typeof ACTIONS)[N] extends "anyone" ? [] : [openedAs: unknown];

type ActionAuthorization<N extends ActionName, P extends string> =
  | { ok: true; viewer: ViewerFor<(typeof ACTIONS)[N]> }
  | { ok: false; problem: P; retryAfterSeconds?: number }
  /** The form was opened as somebody else than is signed in now. */
  | { ok: false; problem: "other-user"; signedInAs: string; retryAfterSeconds?: never };

/**
 * Who called the server action called `name`, or why not. An action is a POST that any site can make a browser send, so
 * it must come from our own pages, said by Origin or Sec-Fetch-Site; Next lets it pass without.
 */
async function callerOf<N extends ActionName>(
  name: N,
  openedAs: OpenedAs<N>,
): Promise<ActionAuthorization<N, "forbidden" | "unauthenticated">> {
  const received = await headers();
  if (!isSameOrigin(received)) {
    noteRefusal("origin-refused", received, { detail: `action ${name}` });
    return { ok: false, problem: "forbidden" };
  }
  const viewer = await getViewer();
  const level: Level = ACTIONS[name];
  if (viewer !== undefined && level !== "anyone" && openedAs[0] !== viewer.id)
    return { ok: false, problem: "other-user", signedInAs: viewer.name };
  if (!isAllowed(level, viewer?.role)) {
    if (viewer) noteRefusal("role-refused", received, { userId: viewer.id, detail: `action ${name}` });
    return { ok: false, problem: viewer ? "forbidden" : "unauthenticated" };
  }
  return { ok: true, viewer: viewer as ViewerFor<(typeof ACTIONS)[N]> };
}

/**
 * Authorizes the caller of the server action called `name`, or returns why not. The call counts on the same rate limits
 * as a request to the API.
 */
export async function authorizeAction<N extends ActionName>(
  name: N,
  ...openedAs: OpenedAs<N>
): Promise<ActionAuthorization<N, "forbidden" | "unauthenticated" | "rate-limited">> {
  const received = await headers();
  const address = clientAddressOf(received);
  const detail = `action ${name}`;
  const ofAddress = address === undefined ? undefined : await consumeQuota("address", address);
  if (ofAddress && !ofAddress.isWithin) {
    noteRefusal("rate-limited", received, { detail });
    return tooMany(ofAddress);
  }
  const caller = await callerOf(name, openedAs);
  const viewer = caller.ok ? caller.viewer : undefined;
  const ofIdentity = viewer && (await consumeQuota("identity", viewer.id));
  if (!ofIdentity || ofIdentity.isWithin) return caller;
  noteRefusal("rate-limited", received, { userId: viewer.id, detail });
  return tooMany(ofIdentity);
}

function tooMany({ resetSeconds }: QuotaState): {
  ok: false;
  problem: "rate-limited";
  retryAfterSeconds: number;
} {
  return { ok: false, problem: "rate-limited", retryAfterSeconds: resetSeconds };
}

/**
 * Authorizes a call of an action that answers with a page, or redirects. Whoever is not signed in, or is somebody else than the
 * form was opened as, is led to sign in, which says why and who is signed in, and from there back to the page. Counts on no rate limit by itself.
 */
export async function requireAction<N extends ActionName>(
  name: N,
  ...openedAs: OpenedAs<N>
): Promise<ViewerFor<(typeof ACTIONS)[N]>> {
  const caller = await callerOf(name, openedAs);
  if (caller.ok) return caller.viewer;
  if (caller.problem === "forbidden") redirect("/");
  // An action is posted to the address of its page.
  const page = (await headers()).get(ADDRESS_HEADER);
  const signIn = `/sign-in?${new URLSearchParams({ ...(page && { next: page }), notice: caller.problem })}`;
  return tell(signIn, "");
}
