/** Who is signed in: better-auth on our own tables. Sessions live in Postgres and end there at once when revoked. */

import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { nextCookies } from "better-auth/next-js";
import { database, schema } from "@/db/client";
import { environment } from "./environment.ts";
import { sessionSecret } from "./secret.ts";

/** A week: long enough not to annoy, short enough that a forgotten browser forgets too. */
const SESSION_SECONDS = 7 * 24 * 60 * 60;

function create() {
  const { ONCE_URL } = environment();
  return betterAuth({
    ...(ONCE_URL === undefined ? {} : { baseURL: ONCE_URL }),
    secret: sessionSecret(),
    database: drizzleAdapter(database().reading, {
      provider: "pg",
      schema: {
        user: schema.users,
        session: schema.sessions,
        account: schema.credentials,
        verification: schema.verifications,
        rateLimit: schema.rateLimits,
      },
    }),
    user: {
      additionalFields: {
        handle: { type: "string", required: true, input: false },
        role: { type: "string", required: true, input: false, defaultValue: "payer" },
      },
    },
    emailAndPassword: { enabled: true, disableSignUp: true },
    // A read must never write: a session is not extended by looking at a page.
    session: { expiresIn: SESSION_SECONDS, disableSessionRefresh: true, cookieCache: { enabled: false } },
    advanced: { database: { generateId: "uuid" }, cookiePrefix: "once" },
    telemetry: { enabled: false },
    plugins: [nextCookies()],
  });
}

let instance: ReturnType<typeof create> | undefined;

/** better-auth, made at first use: the database is connected by then. */
export function auth(): ReturnType<typeof create> {
  instance ??= create();
  return instance;
}
