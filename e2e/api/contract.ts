/** Calls the API and holds every answer against the reference; remembers which documented answers were met. */
import { expect } from "@playwright/test";
import type { z } from "zod";
import { PROBLEMS, type ProblemName } from "../../lib/api/problems.ts";
import { problemSchema } from "../../lib/api/responses.ts";
import { HEADERS, type HeaderName } from "../../server/openapi/headers.ts";
import { type ApiRoute, type Operation, problemsOf } from "../../server/openapi/operation.ts";
import { OPERATIONS } from "../../server/openapi/operations.ts";
import { responsesOf } from "../../server/openapi/responses.ts";
import { SCHEMAS } from "../../server/openapi/schemas.ts";

export type Answer = { status: number; headers: Headers; body: unknown; text: string };

export type Call = {
  /** Another server than this contract's. */
  baseURL?: string;
  path?: Record<string, string>;
  query?: string;
  /** Whose API key is sent: "alice". Undefined: nobody's. */
  as?: string | undefined;
  headers?: Record<string, string>;
  key?: string;
  json?: unknown;
  /** A body as it is, in place of `json`. */
  raw?: string;
  /** Another method than the route's. */
  method?: string;
};

const all = Object.entries(OPERATIONS) as [ApiRoute, Operation][];

/** Every route that the reference describes, with the kinds of problems it can answer with. */
export const ROUTES_OF_REFERENCE = all.map(([name, operation]) => ({
  name,
  operation,
  problems: problemsOf(name, operation),
}));

/** What the reference says can be answered: "POST /api/payments 201", "POST /api/payments 410 idempotency-key-void". */
export const DOCUMENTED: ReadonlySet<string> = new Set(
  ROUTES_OF_REFERENCE.flatMap(({ name, operation, problems }) => [
    ...Object.keys(operation.successes).map((status) => `${name} ${status}`),
    ...[...problems].map((problem) => `${name} ${PROBLEMS[problem].status} ${problem}`),
  ]),
);

/** What bears no such header where the reference has it: only some answers of their status do. */
const ON_SOME: ReadonlySet<string> = new Set<HeaderName>(["Idempotent-Replayed", "Retry-After"]);

const PROBLEM_TYPE = /^\/problems\/([a-z-]+)$/;

/** One reader of the contract: its answers, and which of the documented ones they were. */
export class Contract {
  readonly met = new Set<string>();
  readonly #baseURL: string;

  constructor(baseURL: string) {
    this.#baseURL = baseURL;
  }

  /** The key that is open for a purpose of somebody's. */
  async issue(as: string, purpose: unknown): Promise<string> {
    const { body } = await this.call("POST /api/idempotency-keys", { as, json: { purpose } });
    return (body as { key: string }).key;
  }

  /** Sends a request to `route`, and fails unless its answer is documented and is as documented. */
  async call(route: ApiRoute, call: Call = {}): Promise<Answer> {
    const [method = "", template = ""] = route.split(" ");
    const path = template.replaceAll(/\[(\w+)\]/g, (_all, name: string) => call.path?.[name] ?? "");
    const body = call.raw ?? (call.json === undefined ? undefined : JSON.stringify(call.json));
    const response = await fetch(`${call.baseURL ?? this.#baseURL}${path}${call.query ?? ""}`, {
      method: call.method ?? method,
      headers: {
        ...(call.as === undefined ? {} : { authorization: `Bearer once_demo_${call.as}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(call.key === undefined ? {} : { "idempotency-key": `"${call.key}"` }),
        ...call.headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const isJson = /json$/.test(response.headers.get("content-type") ?? "");
    const answer = {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
      text,
    };
    this.#check(route, answer);
    // Whoever counts sees that an answer was cut (Next.js would send it in chunks).
    if (isJson) expect(response.headers.get("content-length"), route).toBe(`${Buffer.byteLength(text)}`);
    return answer;
  }

  #check(route: ApiRoute, { status, headers, body }: Answer): void {
    const success = OPERATIONS[route].successes[status];
    const said = `${route} ${status} ${JSON.stringify(body).slice(0, 300)}`;
    expect(headers.get("cache-control"), said).toBe("no-store");
    expectHeaders(responsesOf(route, OPERATIONS[route])[status]?.headers ?? {}, headers, said);
    if (success) {
      expect(headers.get("content-type"), said).toBe(success.mediaType ?? "application/json");
      if (success.schema !== undefined) expectShape(SCHEMAS[success.schema], body, said);
      this.met.add(`${route} ${status}`);
      return;
    }
    const type = (body as { type?: unknown }).type;
    const name = PROBLEM_TYPE.exec(String(type))?.[1] as ProblemName;
    expect(headers.get("content-type"), said).toBe("application/problem+json");
    expect(DOCUMENTED, said).toContain(`${route} ${status} ${name}`);
    expectShape(problemSchema(name), body, said);
    if (name === "rate-limited") expect(headers.has("retry-after"), said).toBe(true);
    this.met.add(`${route} ${status} ${name}`);
  }
}

/** Fails where a header is missing that the reference has, or is sent that it has not, or reads otherwise. */
function expectHeaders(documented: object, sent: Headers, said: string): void {
  for (const [name, { schema }] of Object.entries(HEADERS)) {
    const value = sent.get(name);
    if (value === null) {
      expect(name in documented && !ON_SOME.has(name), `${said} lacks ${name}`).toBe(false);
      continue;
    }
    expect(Object.keys(documented), said).toContain(name);
    if ("pattern" in schema) expect(value, `${said}: ${name}`).toMatch(new RegExp(schema.pattern));
    if ("const" in schema) expect(value, `${said}: ${name}`).toBe(schema.const);
  }
}

/** Fails unless the answer is the problem called `name`, and says this of the key. */
export function expectProblem({ body }: Answer, name: ProblemName, moneyMoved: string, retry: string): void {
  expect(body).toMatchObject({ type: `/problems/${name}`, moneyMoved, retry });
}

function expectShape(schema: z.ZodType, body: unknown, said: string): void {
  expect(schema.safeParse(body).error?.issues, said).toBeUndefined();
}
