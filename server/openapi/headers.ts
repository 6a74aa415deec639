/** The headers that requests and responses of the API bear, once for the whole reference. */

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
    example: "GET, HEAD",
  },
  RateLimit: {
    description:
      "How much of the caller's quota is left and when it is whole again (draft-ietf-httpapi-ratelimit-headers).",
    schema: { type: "string" },
    example: '"default";r=0;t=12',
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
