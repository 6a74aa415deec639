/** What the reference says of one route, and what follows from the policy without being said. */
import type { ProblemName } from "@/lib/api/problems";
import { PAGE_DEFAULT, PAGE_MAX } from "@/lib/api/requests";
import { isRateLimited, policyOf, type RouteName } from "../identity/policy.ts";
import type { HeaderName } from "./headers.ts";
import type { SchemaName } from "./schemas.ts";

/** The routes of the HTTP API; the others are plain forms of pages. */
export type ApiRoute = Extract<RouteName, `${string} /api/${string}`>;

/** Prometheus's text format, as prom-client writes it. */
export const METRICS_MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

type Example = { summary: string; value: unknown };

export type Success = {
  description: string;
  /** The body: one of the schemas, or undefined for any JSON object, or text. */
  schema: SchemaName | undefined;
  /** What it is, where it is not JSON. */
  mediaType?: string;
  headers?: readonly HeaderName[];
  examples: Record<string, Example>;
};

export type Operation = {
  /** How generated clients call it. */
  id: string;
  tag: "Idempotency keys" | "Payments" | "Orders" | "Accounts" | "Service";
  summary: string;
  description: string;
  /** Whether it moves money, and so takes an idempotency key. */
  takesKey?: true;
  query?: readonly { name: string; description: string; schema: Record<string, unknown> }[];
  /** The body it takes: one of these schemas. */
  body?: { schemas: readonly SchemaName[]; examples: Record<string, Example> };
  successes: Record<number, Success>;
  /** The kinds of problems that only this route has; `problemsOf` knows the rest. */
  problems?: readonly ProblemName[];
};

const EVERYWHERE: readonly ProblemName[] = ["method-not-allowed", "internal-error"];
/** What comes of a caller: unknown; without the scope or the role, or with a cookie from another site. */
const WITH_CALLER: readonly ProblemName[] = ["unauthenticated", "forbidden", "unavailable"];
const WITH_BODY: readonly ProblemName[] = ["too-large", "unsupported-media-type", "invalid-request"];
const WITH_KEY: readonly ProblemName[] = [
  "idempotency-key-missing",
  "idempotency-key-malformed",
  "declined",
  "not-found",
  "payment-in-progress",
  "idempotency-key-void",
  "idempotency-key-reused",
  "outcome-unknown",
];

/** Every kind of problem that a route can answer with. */
export function problemsOf(name: ApiRoute, operation: Operation): ReadonlySet<ProblemName> {
  const { level } = policyOf(name);
  return new Set([
    ...EVERYWHERE,
    ...(isRateLimited(name) ? (["rate-limited"] as const) : []),
    ...(level === "anyone" ? [] : WITH_CALLER),
    ...(operation.body ? WITH_BODY : []),
    ...(operation.takesKey ? WITH_KEY : []),
    ...(operation.problems ?? []),
  ]);
}

/** How a list is turned. */
export const LIST_QUERY = [
  {
    name: "cursor",
    description: "Where the page before ended: its `nextCursor`, as it is. Absent: the first page.",
    schema: { type: "string" },
  },
  {
    name: "limit",
    description: "How many at most.",
    schema: { type: "integer", minimum: 1, maximum: PAGE_MAX, default: PAGE_DEFAULT },
  },
] as const;
