/** The policy at the doors that are not route handlers: pages and server actions. */
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { addressOf } from "../http/node-server/client-address.ts";
import { type Counted, countOn } from "../http/rate-limits.ts";
import { isSameOrigin } from "../http/request/origin.ts";
import { ACTIONS, type ActionName, PAGES, type PageName, reaches } from "./policy.ts";
import { getViewer, type Viewer } from "./viewer.ts";

type Admitted<L> = L extends "anyone" ? Viewer | undefined : Viewer;

/**
 * Admits the viewer to the page called `name`. Where the policy demands a session, anybody else is sent to sign in
 * first and then back to `returnTo`, a path of ours; where it demands a role, to the start page.
 */
export async function admitToPage<N extends PageName>(
  name: N,
  returnTo: string,
): Promise<Admitted<(typeof PAGES)[N]>> {
  const viewer = await getViewer();
  const level = PAGES[name];
  if (!reaches(level, viewer?.role)) {
    redirect(viewer ? "/" : `/sign-in?next=${encodeURIComponent(returnTo)}`);
  }
  return viewer as Admitted<(typeof PAGES)[N]>;
}

type AdmittedToAction<N extends ActionName, P extends string> =
  | { ok: true; viewer: Admitted<(typeof ACTIONS)[N]> }
  | { ok: false; problem: P; retryAfterSeconds?: number };

/**
 * Who called the server action called `name`, or why not. An action is a POST that any site can make a browser send, so
 * it must come from our own pages, said by Origin or Sec-Fetch-Site; Next lets it pass without.
 */
async function callerOf<N extends ActionName>(
  name: N,
): Promise<AdmittedToAction<N, "forbidden" | "unauthenticated">> {
  if (!isSameOrigin(await headers())) return { ok: false, problem: "forbidden" };
  const viewer = await getViewer();
  if (!reaches(ACTIONS[name], viewer?.role)) {
    return { ok: false, problem: viewer ? "forbidden" : "unauthenticated" };
  }
  return { ok: true, viewer: viewer as Admitted<(typeof ACTIONS)[N]> };
}

/**
 * Admits the caller of the server action called `name`, or returns why not. The call counts on the same limits as a
 * request to the API.
 */
export async function admitToAction<N extends ActionName>(
  name: N,
): Promise<AdmittedToAction<N, "forbidden" | "unauthenticated" | "rate-limited">> {
  const address = addressOf(await headers());
  const ofAddress = address === undefined ? undefined : await countOn("address", address);
  if (ofAddress && !ofAddress.isWithin) return tooMany(ofAddress);
  const caller = await callerOf(name);
  const viewer = caller.ok ? caller.viewer : undefined;
  const ofIdentity = viewer && (await countOn("identity", viewer.id));
  return ofIdentity && !ofIdentity.isWithin ? tooMany(ofIdentity) : caller;
}

function tooMany({ resetSeconds }: Counted): {
  ok: false;
  problem: "rate-limited";
  retryAfterSeconds: number;
} {
  return { ok: false, problem: "rate-limited", retryAfterSeconds: resetSeconds };
}

/** Admits to an action that answers with a page: whoever is not admitted is sent away. Counts on no limit by itself. */
export async function requireAction<N extends ActionName>(name: N): Promise<Admitted<(typeof ACTIONS)[N]>> {
  const caller = await callerOf(name);
  if (!caller.ok) redirect(caller.problem === "unauthenticated" ? "/sign-in" : "/");
  return caller.viewer;
}
