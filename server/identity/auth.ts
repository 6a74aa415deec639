/** Who is signed in: better-auth on our own tables. Sessions live in Postgres and end there at once when revoked. */
import { apiKey } from "@better-auth/api-key";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { nextCookies } from "better-auth/next-js";
import { database, schema } from "@/db/connection/client";
import { openAccounts } from "@/db/ledger/accounts";
import { API_KEY_NAME_MAX_LENGTH } from "@/lib/identity/api-key";
import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from "@/lib/identity/sign-up";
import { mailNewPassword, mailVerification } from "../account/account-mails.ts";
import { accountContext } from "../account/context.ts";
import { LINK_SECONDS } from "../account/links.ts";
import { shownAddressOf } from "../http/node-server/client-address.ts";
import { environment, isDemo } from "../lifecycle/environment.ts";
import { hasMail } from "../mail/delivery.ts";
import { sessionSecret } from "./session-secret.ts";

/** A week: long enough not to annoy, short enough that a forgotten browser forgets too. */
const SESSION_SECONDS = 7 * 24 * 60 * 60;

/** Of 52 letters: 228 random bits, which nobody guesses, in a line that fits on a page. */
const API_KEY_LETTERS = 40;
/** "once_" and five letters: enough to tell one's keys apart, and 35 letters are still a secret. */
const API_KEY_START_LENGTH = 10;

function options() {
  const { ONCE_URL } = environment();
  const plain = isDemo();
  return {
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
        apikey: schema.apiKeys,
      },
    }),
    user: {
      additionalFields: {
        handle: { type: "string", required: true },
        role: { type: "string", required: true, input: false, defaultValue: "payer" },
        locale: { type: "string", required: false, input: false },
      },
    },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: PASSWORD_MIN_LENGTH,
      maxPasswordLength: PASSWORD_MAX_LENGTH,
      resetPasswordTokenExpiresIn: LINK_SECONDS,
      ...(hasMail() ? { sendResetPassword: mailNewPassword } : {}),
    },
    emailVerification: {
      expiresIn: LINK_SECONDS,
      // Our own flow confirms an address before there is an account (server/account/sign-up.ts).
      sendOnSignUp: false,
      ...(hasMail() ? { sendVerificationEmail: mailVerification } : {}),
    },
    // Whoever reads the database or a backup of it finds no link that works.
    verification: { storeIdentifier: "hashed" },
    // A read must never write: looking at a page neither extends a session nor, deferred, deletes one that has expired.
    session: {
      expiresIn: SESSION_SECONDS,
      disableSessionRefresh: true,
      deferSessionRefresh: true,
      cookieCache: { enabled: false },
    },
    databaseHooks: {
      // At every sign-in, so that a crash right after signing up mends itself, and a currency that was opened since is there.
      session: {
        create: {
          before: async (session, context) => {
            await openAccounts(session.userId);
            // better-auth knows no peer, and believes whoever writes X-Forwarded-For.
            const headers = context?.headers ?? context?.request?.headers;
            return { data: { ...session, ipAddress: headers ? shownAddressOf(headers) : "" } };
          },
        },
      },
      user: {
        create: {
          before: async (user) => {
            const context = accountContext();
            if (!context) return undefined;
            const emailVerified = context.provenEmail === user.email;
            return { data: { ...user, emailVerified, locale: context.locale } };
          },
        },
      },
    },
    advanced: {
      database: { generateId: "uuid" },
      // The prefix __Host- binds the cookie to this host, path and TLS. The demo runs on plain http on this machine.
      useSecureCookies: false,
      cookies: {
        session_token: plain
          ? { name: "once.session" }
          : { name: "__Host-once.session", attributes: { secure: true, path: "/" } },
      },
    },
    telemetry: { enabled: false },
    logger: { level: "error" },
  } satisfies BetterAuthOptions;
}

function create() {
  return betterAuth({
    ...options(),
    plugins: [
      // Creates and revokes keys; whose a key is, db/identity/api-keys.ts reads. A key never stands for a session here.
      apiKey({
        defaultPrefix: "once_",
        defaultKeyLength: API_KEY_LETTERS,
        startingCharactersConfig: { charactersLength: API_KEY_START_LENGTH },
        requireName: true,
        // Which form made the key, so that a second press makes no second one.
        enableMetadata: true,
        maximumNameLength: API_KEY_NAME_MAX_LENGTH,
        enableSessionForAPIKeys: false,
        // Its default is ten requests a day, counted in the key's row; ours are in server/http/rate-limits.ts.
        rateLimit: { enabled: false },
      }),
      nextCookies(),
    ],
  });
}

let instance: ReturnType<typeof create> | undefined;

/** better-auth, made at first use: the database is connected by then. */
export function auth(): ReturnType<typeof create> {
  instance ??= create();
  return instance;
}

function createReader() {
  return betterAuth(options());
}

let reader: ReturnType<typeof createReader> | undefined;

/**
 * The same, for the API, which only reads sessions: without what asks Next.js for its request's cookies, since a handler of the API
 * may be called outside of Next.js's request scope, and answers alike.
 */
export function sessionReader(): ReturnType<typeof createReader> {
  reader ??= createReader();
  return reader;
}
