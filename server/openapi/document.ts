/** The reference of the HTTP API as an OpenAPI 3.1 document. */

import { SCOPES } from "@/lib/identity/scopes";
import packageJson from "@/package.json";
import { policyOf, scopeOf } from "../identity/policy.ts";
import { KEY } from "./examples.ts";
import { HEADERS } from "./headers.ts";
import type { ApiRoute, Operation } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";
import { choice, type ResponseObject, responsesOf } from "./responses.ts";
import { componentSchemas, type JsonSchema } from "./schemas.ts";

const DESCRIPTION = `Once charges exactly once. A payment is made under an **idempotency key** that the server issues for
one purpose, and the key is the id that the payment will have. Send a request as often as you like: one key executes at
most once, and gives the same answer for ever.

Money is integer minor units, as a string, beside its currency: \`"amountMinor": "1250", "currency": "USD"\` is 12.50
dollars: how many decimals a currency has is what ISO 4217 says. Text that people read (notes, descriptions) may be in any
script, and is refused where it shows nothing or contains characters that hide or turn text. Bodies are JSON; a field that a request does not have is refused. Every answer is \`Cache-Control: no-store\`.

How much one user and one client address may ask in a minute is limited. Answers say what is left (\`RateLimit\`); past it,
429 says when to come back (\`Retry-After\`), nothing was looked at, and the same request with the same key is good then.

A failure is \`application/problem+json\` (RFC 9457). Beside its \`type\` it says two things, and both speak of the
**key**, not of this one request: \`moneyMoved\` (\`no\`, \`yes\` or \`unknown\`) and \`retry\`: \`same-key\` (send the same
request again), \`new-key\` (this key pays nothing any more; whoever decides to pay asks for a key for the same purpose) or
\`never\` (stop).

A payment counts as made where the answer is 201 and its body is a whole payment whose \`id\` is the key that was sent. Then
this very request was executed, now or before. Anything else under a success is no answer: send the same request again.

A list comes a page at a time, newest first: \`limit\` says how many, and \`nextCursor\` of one page is the \`cursor\` of the
next. What arrives meanwhile shifts nothing.

An address that is not in this document answers 404; one that is, 405 to other methods. \`GET\` also answers \`HEAD\`.`;

const TAGS = [
  {
    name: "Idempotency keys",
    description: "Issued for a purpose before anything is paid; open, settled or void.",
  },
  { name: "Payments", description: "Orders paid, transfers, refunds. What moves money takes a key." },
  { name: "Orders", description: "What a merchant asks to be paid for. An order never changes." },
  { name: "Accounts", description: "Where money is." },
  { name: "Service", description: "About the service itself." },
] as const satisfies { name: Operation["tag"]; description: string }[];

const KEY_PARAMETERS = [
  {
    name: "Idempotency-Key",
    in: "header",
    required: false,
    description:
      "The key that was issued for this purpose, as a Structured Field String (RFC 9651, draft-ietf-httpapi-idempotency-key-header-07): in double quotes. A bare UUID is accepted. Required, here or as `idempotency_key`.",
    schema: { type: "string" },
    example: `"${KEY}"`,
  },
  {
    name: "idempotency_key",
    in: "query",
    required: false,
    description: "The key, bare, for clients that cannot set headers. Where both are sent they must agree.",
    schema: { type: "string", format: "uuid" },
  },
];

const REQUEST_ID_PARAMETER = {
  name: "X-Request-Id",
  in: "header",
  required: false,
  description:
    "An id of your own for this request, for logs on both sides: 1 to 64 letters, digits, `_`, `.`, `-`.",
  schema: { type: "string" },
};

type OperationObject = {
  operationId: string;
  security: Record<string, string[]>[];
  parameters: { name: string; in: string; required: boolean; description: string; schema: JsonSchema }[];
  responses: Record<string, ResponseObject>;
} & Record<string, unknown>;

export type OpenApiDocument = {
  openapi: "3.1.1";
  paths: Record<string, Record<string, OperationObject>>;
  components: { schemas: Record<string, JsonSchema> } & Record<string, unknown>;
} & Record<string, unknown>;

/** A route's path as OpenAPI writes it: "/api/orders/{id}". */
function pathOf(route: ApiRoute): string {
  return route.slice(route.indexOf(" ") + 1).replaceAll(/\[(\w+)\]/g, "{$1}");
}

/** Who may use a route, in words; nothing where that is anyone. */
function accessOf(name: ApiRoute): string[] {
  const { level } = policyOf(name);
  const scope = scopeOf(name);
  if (scope === undefined) return [];
  const who = level === "user" ? "" : `Only for a ${level}. `;
  return [`${who}An API key needs the scope \`${scope}\`.`];
}

/** Every scope, with the operations that need it. */
function scopeList(): string {
  const operations = Object.entries(OPERATIONS) as [ApiRoute, Operation][];
  return SCOPES.map((scope) => {
    const ids = operations.filter(([name]) => scopeOf(name) === scope).map(([, { id }]) => id);
    return `- \`${scope}\`: ${ids.join(", ")}`;
  }).join("\n");
}

function operationObject(name: ApiRoute, operation: Operation): OperationObject {
  const scope = scopeOf(name);
  const inPath = [...pathOf(name).matchAll(/\{(\w+)\}/g)].map(([, parameter = ""]) => ({
    name: parameter,
    in: "path",
    required: true,
    description: parameter === "key" ? "The idempotency key." : "A UUID.",
    schema: { type: "string", format: "uuid" },
  }));
  const inQuery = (operation.query ?? []).map((one) => ({ ...one, in: "query", required: false }));
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    description: [operation.description, ...accessOf(name)].join("\n\n"),
    security: scope === undefined ? [] : [{ apiKey: [scope] }, { session: [] }],
    parameters: [...inPath, ...inQuery, ...(operation.takesKey ? KEY_PARAMETERS : []), REQUEST_ID_PARAMETER],
    ...(operation.body && {
      requestBody: {
        required: true,
        content: {
          "application/json": { schema: choice(operation.body.schemas), examples: operation.body.examples },
        },
      },
    }),
    responses: responsesOf(name, operation),
  };
}

/** Makes the document. The same for everybody and always: it names no host. */
export function openApiDocument(): OpenApiDocument {
  const paths: OpenApiDocument["paths"] = {};
  for (const [name, operation] of Object.entries(OPERATIONS) as [ApiRoute, Operation][]) {
    const path = pathOf(name);
    const method = name.slice(0, name.indexOf(" ")).toLowerCase();
    paths[path] = { ...paths[path], [method]: operationObject(name, operation) };
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Once",
      summary: packageJson.description,
      version: packageJson.version,
      description: DESCRIPTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/", description: "This server" }],
    tags: TAGS,
    paths,
    components: {
      schemas: componentSchemas(),
      headers: HEADERS,
      securitySchemes: {
        apiKey: {
          type: "http",
          scheme: "bearer",
          description: `An API key: \`Authorization: Bearer <api key>\`. It does what its scopes allow, each of these operations:\n\n${scopeList()}`,
        },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "__Host-once.session",
          description:
            "A browser's session (in the demo the cookie is called `once.session`). Writes are believed only from our own pages.",
        },
      },
    },
  };
}
