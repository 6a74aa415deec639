/** The responses of a route in the reference: what succeeds, and every kind of problem under its status. */
import { PROBLEMS, type ProblemName, problem } from "@/lib/api/problems";
import { isRateLimited } from "../identity/policy.ts";
import { DECLINED } from "./examples.ts";
import { type HeaderName, headerRefs } from "./headers.ts";
import { type ApiRoute, type Operation, problemsOf, type Success } from "./operation.ts";
import { type JsonSchema, problemSchemaName, schemaRef } from "./schemas.ts";

/** The headers that a kind of problem comes with. */
const PROBLEM_HEADERS: Partial<Record<ProblemName, readonly HeaderName[]>> = {
  unauthenticated: ["WWW-Authenticate"],
  "method-not-allowed": ["Allow"],
  declined: ["Idempotent-Replayed"],
  "payment-in-progress": ["Retry-After"],
  "rate-limited": ["Retry-After"],
  unavailable: ["Retry-After"],
  "outcome-unknown": ["Retry-After"],
};

/** What is left of the caller's quotas, on every response to a request that counts on them. */
const RATE_LIMIT_HEADERS: readonly HeaderName[] = ["RateLimit-Policy", "RateLimit"];

export type ResponseObject = {
  description: string;
  headers: Record<string, { $ref: string }>;
  content: Record<string, { schema: JsonSchema; examples: Record<string, unknown> }>;
};

/** One schema by reference, or a choice between several. */
export function choice(names: readonly string[]): JsonSchema {
  const refs = names.map(schemaRef);
  const [only, ...others] = refs;
  return only !== undefined && others.length === 0 ? only : { oneOf: refs };
}

/** A document of this kind, as it is sent where the key was looked up and found open. */
function exampleOf(name: ProblemName): Record<string, unknown> {
  const document = problem(name, "no");
  switch (name) {
    case "declined":
      return { ...document, retry: "new-key", declineCode: DECLINED.declineCode, payment: DECLINED };
    case "invalid-request":
      return {
        ...document,
        errors: [
          { pointer: "/amountMinor", detail: "must be a positive integer of minor units, as a string" },
        ],
      };
    default:
      return document;
  }
}

function successResponse(
  { description, schema, mediaType = "application/json", headers = [], examples }: Success,
  limits: readonly HeaderName[],
): ResponseObject {
  return {
    description,
    headers: headerRefs(["X-Request-Id", ...limits, ...headers]),
    content: {
      [mediaType]: {
        schema: schema ? schemaRef(schema) : { type: mediaType === "application/json" ? "object" : "string" },
        examples,
      },
    },
  };
}

function problemResponse(names: readonly ProblemName[], limits: readonly HeaderName[]): ResponseObject {
  const headers = new Set(names.flatMap((name) => PROBLEM_HEADERS[name] ?? []));
  return {
    description: names
      .map((name) => `[${PROBLEMS[name].title}](/problems/${name}): ${PROBLEMS[name].detail}`)
      .join("\n\n"),
    headers: headerRefs(["X-Request-Id", ...limits, ...headers]),
    content: {
      "application/problem+json": {
        schema: choice(names.map(problemSchemaName)),
        examples: Object.fromEntries(
          names.map((name) => [name, { summary: PROBLEMS[name].title, value: exampleOf(name) }]),
        ),
      },
    },
  };
}

/** Every answer of the route called `name` by its status, in the order of the statuses. */
export function responsesOf(name: ApiRoute, operation: Operation): Record<string, ResponseObject> {
  const limits = isRateLimited(name) ? RATE_LIMIT_HEADERS : [];
  const byStatus = new Map<number, ProblemName[]>();
  for (const problem of problemsOf(name, operation)) {
    const { status } = PROBLEMS[problem];
    byStatus.set(status, [...(byStatus.get(status) ?? []), problem]);
  }
  const answers: Record<string, ResponseObject> = {};
  for (const [status, success] of Object.entries(operation.successes))
    answers[status] = successResponse(success, limits);
  for (const [status, names] of byStatus) {
    // What asks nobody who they are is not counted either.
    const isUncounted = names.every((problem) => problem === "method-not-allowed");
    answers[status] = problemResponse(names, isUncounted ? [] : limits);
  }
  return answers;
}
