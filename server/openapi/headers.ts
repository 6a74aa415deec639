/** The headers that requests and responses of the API bear, once for the whole reference. */

/** A List of Strings, each with these two whole numbers as parameters. */
function quotas(first: string, second: string): string {
  const one = `"[a-z-]+";${first}=[0-9]+;${second}=[0-9]+`;
  return `^${one}(, ${one})*$`;
}

export const HEADERS = {
  Location: {
    description: "Where what was made can be read: a path on this origin.",
    schema: { type: "string", format: "uri-reference" },
    example: "/api/payments/019ab3c2-40d5-7dbd-bc93-6894a57f9324",
  },
  "Idempotent-Replayed": {
    description:
      "`true` where this answer was first given to an earlier request with the same key. Status and body are the same bytes, for ever.",
    schema: { type: "string", const: "true" },
    example: "true",
  },
  "Retry-After": {
    description: "How many seconds to wait before the same request is sent again (RFC 9110 §10.2.3).",
    schema: { type: "string", pattern: "^[0-9]+$" },
    example: "2",
  },
  "WWW-Authenticate": {
    description: "How to say who you are (RFC 9110 §11.6.1).",
    schema: { type: "string" },
    example: 'Bearer realm="once"',
  },
  Allow: {
    description: "The methods that this address answers (RFC 9110 §10.2.1).",
    schema: { type: "string" },
    example: "GET, HEAD, OPTIONS, POST",
  },
  "RateLimit-Policy": {
    description:
      "The quotas that this request was counted on (draft-ietf-httpapi-ratelimit-headers-10 §3): a List of Strings, `address` for all requests of one client address, `identity` for all of one user, each with `q`, how many requests, in `w` seconds.",
    schema: { type: "string", pattern: quotas("q", "w") },
    example: '"address";q=3000;w=60, "identity";q=1200;w=60',
  },
  RateLimit: {
    description:
      "What is left of them (§4 there): `r` requests, and the quota is whole again in `t` seconds.",
    schema: { type: "string", pattern: quotas("r", "t") },
    example: '"address";r=2817;t=43, "identity";r=1017;t=43',
  },
  "X-Request-Id": {
    description:
      "The request's id in our logs: yours where you sent a plain one, else ours. Quote it to support.",
    schema: { type: "string", pattern: "^[\\w.-]{1,64}$" },
    example: "7d0e4c1a-3f0e-4a53-9f36-3f8f4c4f0d55",
  },
} as const;

export type HeaderName = keyof typeof HEADERS;

/** The headers of an answer: `sent` always, and those that only some answers bear. */
export function headerRefs(names: readonly HeaderName[]): Record<string, { $ref: string }> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
