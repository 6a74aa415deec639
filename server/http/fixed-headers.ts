/**
 * What every response says alike. next.config.ts puts it on what Next.js answers, the fast path (server/http/fast-path) on what it
 * answers itself. The Content Security Policy of pages needs a nonce and stands in proxy.ts.
 */
import type { IncomingHttpHeaders } from "node:http";

export const FIXED_HEADERS = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "strict-origin-when-cross-origin" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
  { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=(), payment=(), usb=()" },
];

export const API_HEADERS = [
  /** An API answer runs nothing, shows nothing and is framed by nobody. */
  { key: "Content-Security-Policy", value: "default-src 'none'; frame-ancestors 'none'" },
  /** Pages say it in their metadata. */
  { key: "X-Robots-Tag", value: "noindex" },
];

/** Two years, as browsers' preload lists ask for. */
export const HSTS = { key: "Strict-Transport-Security", value: "max-age=63072000; includeSubDomains" };
/** Where a request came through TLS, as its X-Forwarded-Proto says: said in the whole, as Next.js reads it. */
export const FORWARDED_TLS = "https(?:\\s*,.*)?";
const BEHIND_TLS = new RegExp(`^${FORWARDED_TLS}$`);

const IN_CLEAR = FIXED_HEADERS.flatMap(({ key, value }) => [key, value]);

/** What every answer to a request with these headers says, by name and value in turns, with `more` in the place where Next.js would say it. */
export function fixedHeadersFor(
  { "x-forwarded-proto": forwardedProto }: IncomingHttpHeaders,
  more: readonly string[] = [],
): string[] {
  const isBehindTls = forwardedProto !== undefined && BEHIND_TLS.test(String(forwardedProto));
  return [...IN_CLEAR, ...more, ...(isBehindTls ? [HSTS.key, HSTS.value] : [])];
}
