/**
 * What the reference says of every route. The type holds it against the policy both ways: a route that is not described
 * does not compile, and neither does the description of one that is not there.
 */
import { ACCOUNTS } from "./examples.ts";
import { KEY_OPERATIONS } from "./key-operations.ts";
import { type ApiRoute, METRICS_MEDIA_TYPE, type Operation } from "./operation.ts";
import { ORDER_OPERATIONS } from "./order-operations.ts";
import { PAYMENT_OPERATIONS } from "./payment-operations.ts";

const OTHER_OPERATIONS = {
  "GET /api/accounts": {
    id: "accounts",
    tag: "Accounts",
    summary: "Your accounts and balances",
    description: "One account for each currency, ordered by currency.",
    successes: {
      200: {
        description: "The accounts.",
        schema: "AccountList",
        examples: { accounts: { summary: "Two currencies", value: ACCOUNTS } },
      },
    },
  },
  "GET /api/health/live": {
    id: "live",
    tag: "Service",
    summary: "Whether the process answers",
    description: "Looks at nothing but itself.",
    successes: {
      200: {
        description: "It answers.",
        schema: "Liveness",
        examples: { live: { summary: "Live", value: { status: "live" } } },
      },
    },
  },
  "GET /api/health/ready": {
    id: "ready",
    tag: "Service",
    summary: "Whether the service can do its work",
    description:
      "Asks the database, once a second at most, whether payments can be settled: it answers, is a primary that takes writes, has this build's migrations, and its role may do what it needs to. The detail names what is wrong. A server that was told to end says no at once, and serves on for two seconds.",
    successes: {
      200: {
        description: "Payments can be settled.",
        schema: "Readiness",
        examples: { ready: { summary: "Ready", value: { status: "ready" } } },
      },
    },
    problems: ["unavailable"],
  },
  "GET /api/metrics": {
    id: "metrics",
    tag: "Service",
    summary: "What this server counts about itself",
    description:
      "For Prometheus: requests and how long they took, payments by what they were told, how they are settled and what waits for it, what the database says about keys, journal and mail, and the process. Each server counts for itself. An operator's API key, or the token that the server's ONCE_METRICS_TOKEN holds, which opens nothing else.",
    successes: {
      200: {
        description: "The metrics, in Prometheus's text format.",
        schema: undefined,
        mediaType: METRICS_MEDIA_TYPE,
        examples: {
          metrics: {
            summary: "One of them",
            value: 'once_payment_requests_total{channel="api",verdict="paid"} 1\n',
          },
        },
      },
    },
  },
  "GET /api/openapi.json": {
    id: "openapi",
    tag: "Service",
    summary: "This reference, for programs",
    description: "An OpenAPI 3.1 document, made from the schemas that parse the requests.",
    successes: {
      200: {
        description: "The document.",
        schema: undefined,
        examples: { document: { summary: "Its first line", value: { openapi: "3.1.1" } } },
      },
    },
  },
} as const satisfies Record<string, Operation>;

const ALL = { ...KEY_OPERATIONS, ...PAYMENT_OPERATIONS, ...ORDER_OPERATIONS, ...OTHER_OPERATIONS };

/** The second half refuses what the policy does not know: spreading hides it from the first. */
export const OPERATIONS: Record<ApiRoute, Operation> & Record<Exclude<keyof typeof ALL, ApiRoute>, never> =
  ALL;
