/**
 * Who somebody is. The shapes are better-auth's (its Drizzle adapter writes these tables); the names are ours, so that
 * `account` means a ledger account everywhere else. Handles and e-mail addresses are never given to another user.
 */
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

const at = (name: string) => timestamp(name, { withTimezone: true });
const createdAt = () => at("created_at").notNull().defaultNow();
const updatedAt = () => at("updated_at").notNull().defaultNow();

export const users = pgTable(
  "users",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    name: text("name").notNull(),
    email: text("email").notNull().unique("users_email_unique"),
    emailVerified: boolean("email_verified").notNull().default(false),
    image: text("image"),
    handle: text("handle").notNull().unique("users_handle_unique"),
    role: text("role", { enum: ["payer", "merchant", "operator"] })
      .notNull()
      .default("payer"),
    /** Since when the person may neither pay nor be paid, in any account, those that are opened later included. */
    frozenAt: at("frozen_at"),
    /** What a reader takes the name and the handle for (`skeletonOf`): one merchant or operator each. Null for payers. */
    nameSkeleton: text("name_skeleton").unique("users_name_skeleton_unique"),
    handleSkeleton: text("handle_skeleton").unique("users_handle_skeleton_unique"),
    /** The language of the mails that this user gets; pages ask the browser. */
    locale: text("locale").notNull().default("en"),
    /** Whether a receipt is mailed after each payment, once the address is verified. */
    receiptsByMail: boolean("receipts_by_mail").notNull().default(true),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    // Lists and the search of operators: newest first, by role, the frozen; beginnings of handles, addresses and words of names.
    index("users_newest").on(table.createdAt, table.id),
    index("users_role").on(table.role, table.createdAt, table.id),
    index("users_frozen").on(table.createdAt, table.id).where(sql`frozen_at is not null`),
    index("users_handle_beginning").on(table.handle.op("text_pattern_ops")),
    index("users_email_beginning").on(table.email.op("text_pattern_ops")),
    index("users_name_words").using("gin", sql`to_tsvector('simple', ${table.name})`),
    check("users_handle_form", sql`${table.handle} ~ '^[a-z][a-z0-9-]{1,29}$'`),
    check("users_email_lower", sql`${table.email} = lower(${table.email})`),
    check("users_role_known", sql`${table.role} in ('payer', 'merchant', 'operator')`),
  ],
);

/**
 * Every address that a user has or had. One belongs to its user for ever, so that what is sent to it, or signs in with it, never
 * reaches somebody else. Written by a trigger of `users` alone.
 */
export const emailAddresses = pgTable(
  "email_addresses",
  {
    email: text("email").primaryKey(),
    userId: uuid("user_id").notNull(),
    since: at("since").notNull().defaultNow(),
  },
  (table) => [index("email_addresses_user_id").on(table.userId)],
);

/** Names that somebody had, each until when: a receipt shows the one of when it was paid. Written by a trigger of `users` alone. */
export const earlierNames = pgTable(
  "earlier_names",
  {
    userId: uuid("user_id").notNull(),
    until: instant("until").notNull(),
    name: text("name").notNull(),
  },
  (table) => [primaryKey({ name: "earlier_names_pkey", columns: [table.userId, table.until] })],
);

/**
 * Sign-ups whose address is not confirmed yet. Nobody is a user before that, so an address that somebody else typed belongs to
 * nobody by it; the handle is kept for the hour that the link lives. Made alike whether or not the address has an account.
 */
export const pendingSignUps = pgTable(
  "pending_sign_ups",
  {
    /** Made by the form: a second press is the same sign-up. */
    id: uuid("id").primaryKey(),
    /** The SHA-256 of the link's secret, base64url. */
    tokenHash: text("token_hash").notNull().unique("pending_sign_ups_token_hash_unique"),
    handle: text("handle").notNull().unique("pending_sign_ups_handle_unique"),
    email: text("email").notNull(),
    name: text("name").notNull(),
    /** Hashed as in `credentials`. */
    password: text("password").notNull(),
    locale: text("locale").notNull(),
    /** Where the person was going. */
    next: text("next").notNull(),
    expiresAt: at("expires_at").notNull(),
  },
  (table) => [index("pending_sign_ups_expires_at").on(table.expiresAt)],
);

export const sessions = pgTable(
  "sessions",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    token: text("token").notNull().unique("sessions_token_unique"),
    expiresAt: at("expires_at").notNull(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [index("sessions_user_id").on(table.userId)],
);

/** better-auth's "account": a way to sign in. Here always a password. */
export const credentials = pgTable(
  "credentials",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    providerId: text("provider_id").notNull(),
    accountId: text("account_id").notNull(),
    password: text("password"),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: at("access_token_expires_at"),
    refreshTokenExpiresAt: at("refresh_token_expires_at"),
    scope: text("scope"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique("credentials_provider_account_unique").on(table.providerId, table.accountId),
    index("credentials_user_id").on(table.userId),
  ],
);

export const verifications = pgTable(
  "verifications",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    identifier: text("identifier").notNull(),
    value: text("value").notNull(),
    expiresAt: at("expires_at").notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [index("verifications_identifier").on(table.identifier)],
);

/** Counters of better-auth's own rate limiter (sign-in, sign-up). */
export const rateLimits = pgTable("rate_limits", {
  id: uuid("id").primaryKey().defaultRandom(),
  key: text("key").notNull().unique("rate_limits_key_unique"),
  count: integer("count").notNull(),
  lastRequest: bigint("last_request", { mode: "number" }).notNull(),
});

/** API keys of programs: the SHA-256 of the key (base64url), never the key. Columns are those of better-auth's plugin. */
export const apiKeys = pgTable(
  "api_keys",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    configId: text("config_id").notNull().default("default"),
    name: text("name"),
    start: text("start"),
    prefix: text("prefix"),
    key: text("key").notNull().unique("api_keys_key_unique"),
    referenceId: uuid("reference_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    refillInterval: integer("refill_interval"),
    refillAmount: integer("refill_amount"),
    lastRefillAt: at("last_refill_at"),
    enabled: boolean("enabled").notNull().default(true),
    rateLimitEnabled: boolean("rate_limit_enabled").notNull().default(false),
    rateLimitTimeWindow: integer("rate_limit_time_window"),
    rateLimitMax: integer("rate_limit_max"),
    requestCount: integer("request_count").notNull().default(0),
    remaining: integer("remaining"),
    lastRequest: at("last_request"),
    expiresAt: at("expires_at"),
    permissions: text("permissions"),
    metadata: text("metadata"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [index("api_keys_reference_id").on(table.referenceId)],
);
