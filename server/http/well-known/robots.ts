/**
 * What search engines may show: pages that are the same for everybody. All others are closed to them, new ones too. The
 * demo is closed as a whole: it holds play money, and says so only to whoever reads it.
 */
import type { Metadata } from "next";
import { PAGES, type PageName } from "../../identity/policy.ts";
import { isDemo } from "../../lifecycle/environment.ts";

const INDEXED: ReadonlySet<PageName> = new Set(["/", "/docs", "/problems/[name]"]);

/** Disallowed path prefixes of robots.txt (RFC 9309). */
export function disallowedPaths(): string[] {
  if (isDemo()) return ["/"];
  const pages = (Object.keys(PAGES) as PageName[]).filter((name) => !INDEXED.has(name));
  // Up to its first parameter: what follows is somebody's own.
  const paths = new Set(["/api/", ...pages.map((name) => name.replace(/\[.*$/, ""))]);
  const isWithinAnother = (path: string) => [...paths].some((one) => one !== path && path.startsWith(one));
  return [...paths].filter((path) => !isWithinAnother(path)).sort();
}

/** For the metadata of the page called `name`, or of whatever has no name: whether a search engine may show it. */
export function robotsFor(name?: PageName): NonNullable<Metadata["robots"]> {
  const isShown = name !== undefined && INDEXED.has(name) && !isDemo();
  return { index: isShown, follow: isShown };
}
