/** The environment, checked once. A wrong value is named in one sentence instead of failing somewhere later. */
import { z } from "zod";
import { readDatabaseUrl } from "../../db/connection/database-url.ts";
import { CannotStart } from "../../db/setup/cannot-start.ts";
import { readMailbox, readSmtpUrl } from "../mail/smtp-settings.ts";

/** Up to what a structured field can say (RFC 9651 §3.3.1), and far beyond what a server answers. */
const perMinute = z.coerce.number().int().min(1).max(999_999_999_999);

/** A text that `read` can read; what it throws is the complaint. */
function readBy(read: (text: string) => unknown) {
  return z.string().superRefine((text, context) => {
    try {
      read(text);
    } catch (error) {
      context.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
    }
  });
}

/** Any address that our connections can read, of one host or several. */
const databaseUrl = readBy(readDatabaseUrl);

const variables = z.object({
  /** Where the application's role connects. Absent: the embedded server, and demo mode. */
  DATABASE_URL: databaseUrl.optional(),
  /** Where migrations connect, as the role that owns the tables. Absent: as DATABASE_URL. */
  DATABASE_OWNER_URL: databaseUrl.optional(),
  /** "1" turns the demo on beside a DATABASE_URL. */
  ONCE_DEMO: z.enum(["0", "1"]).optional(),
  /** Where the embedded server keeps its data. */
  ONCE_DATA_DIR: z.string().min(1).default(".data"),
  /** The public origin, for links and origin checks. */
  ONCE_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** How many proxies of ours stand in front, each appending to X-Forwarded-For. Absent: none is believed. */
  ONCE_TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).optional(),
  /** How many requests a minute one user may send to each server's API. Absent: as server/http/rate-limits.ts says. */
  ONCE_REQUESTS_PER_MINUTE: perMinute.optional(),
  /** The same for one client address. */
  ONCE_ADDRESS_REQUESTS_PER_MINUTE: perMinute.optional(),
  /** How long an idle connection is kept. Absent: as server/http/node-server/keep-alive.ts says. */
  ONCE_KEEP_ALIVE_SECONDS: z.coerce.number().int().min(1).max(3_600).optional(),
  /** Whether Next.js's own server answers the API ahead of its router (server/http/fast-path). Absent: on. */
  ONCE_API_FAST_PATH: z.enum(["on", "off"]).optional(),
  /** Whom to tell about a weakness of the site, for security.txt. Absent: the site has none. */
  ONCE_SECURITY_CONTACT: z
    .string()
    .regex(/^(mailto:|https:\/\/|tel:)[^\s]+$/, "must be a mailto:, https: or tel: address")
    .optional(),
  /** The mail server. Absent: no mail is sent; the demo shows its mails on a page. */
  ONCE_SMTP_URL: readBy(readSmtpUrl).optional(),
  /** Whom mails come from. Required with ONCE_SMTP_URL. */
  ONCE_MAIL_FROM: readBy(readMailbox).optional(),
  /** Opens /api/metrics, and nothing else, beside the API keys of operators. Absent: those alone do. */
  ONCE_METRICS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{32,200}$/, "must have 32 to 200 printable characters, none of them a space")
    .optional(),
  /** Signs session cookies. Required outside the demo. */
  BETTER_AUTH_SECRET: z.string().min(32, "must have at least 32 characters").optional(),
});

const schema = variables.superRefine(({ ONCE_SMTP_URL, ONCE_MAIL_FROM, ONCE_URL, ...env }, context) => {
  if (ONCE_SMTP_URL === undefined) return;
  const demand = (name: string, why: string) =>
    context.addIssue({ code: "custom", path: [name], message: `is needed with ONCE_SMTP_URL: ${why}` });
  if (ONCE_MAIL_FROM === undefined) demand("ONCE_MAIL_FROM", "a mail says whom it comes from");
  // A Host header is a stranger's to choose; a link that resets a password may not lead where it says.
  if (ONCE_URL === undefined && env.DATABASE_URL !== undefined && env.ONCE_DEMO !== "1")
    demand("ONCE_URL", "links in mails lead there");
});

export type Environment = z.infer<typeof schema>;

// On globalThis, because start-up and routes may be bundled apart; there is one environment.
const processGlobals = globalThis as typeof globalThis & { onceEnvironment?: Environment };

/**
 * Keeps what the environment is now, once the server has started: it changes no more, and several look-ups in each request would
 * check all of it anew.
 */
export function keepEnvironment(): void {
  processGlobals.onceEnvironment = readEnvironment();
}

/** The environment, checked. Throws one error that names every variable that is wrong. */
export function environment(): Environment {
  return processGlobals.onceEnvironment ?? readEnvironment();
}

function readEnvironment(): Environment {
  // An empty variable is an absent one: shells and compose files leave such behind.
  const present = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ""));
  const result = schema.safeParse(present);
  if (!result.success) {
    const complaints = result.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
    throw new CannotStart(`The environment is not usable: ${complaints.join("; ")}. See .env.example.`);
  }
  return result.data;
}

/** Demo mode is on exactly when there is no DATABASE_URL, or ONCE_DEMO=1. */
export function isDemo(): boolean {
  const { DATABASE_URL, ONCE_DEMO } = environment();
  return DATABASE_URL === undefined || ONCE_DEMO === "1";
}
