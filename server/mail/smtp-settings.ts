/** What ONCE_SMTP_URL and ONCE_MAIL_FROM say. Errors never quote the address, which holds a password. */
import { isIP } from "node:net";

export type SmtpSettings = {
  host: string;
  port: number;
  /** TLS from the first byte (smtps:). */
  secure: boolean;
  /** STARTTLS, and nothing is said before; otherwise no TLS at all, which is right on this machine or a wire of one's own. */
  requireTLS: boolean;
  auth?: { user: string; pass: string };
};

/** The port for submission (RFC 6409), and the one with TLS from the first byte (RFC 8314 §7.3). */
const SUBMISSION_PORT = 587;
const SUBMISSIONS_PORT = 465;

/** Whether a host is this machine, to which nobody listens in. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/**
 * Reads `smtp://user:password@host:587` or `smtps://user:password@host:465`. With smtp:, TLS begins by STARTTLS and is demanded
 * of every host but this machine, because links that sign somebody in are secrets; `?requireTLS=false` does without.
 */
export function readSmtpUrl(text: string): SmtpSettings {
  if (!URL.canParse(text)) throw new Error("must be an address as smtps://user:password@host:465");
  const url = new URL(text);
  const secure = url.protocol === "smtps:";
  if (!secure && url.protocol !== "smtp:") throw new Error("must begin with smtp:// or smtps://");
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (host === "") throw new Error("names no host");
  if (!/^\/?$/.test(url.pathname) || url.hash !== "") throw new Error("has more than a host and a port");
  for (const name of url.searchParams.keys()) {
    if (name !== "requireTLS") throw new Error(`says ${name}, which is not known: only requireTLS is`);
  }
  const said = url.searchParams.get("requireTLS");
  if (said !== null && said !== "true" && said !== "false")
    throw new Error("says neither requireTLS=true nor =false");
  let auth: SmtpSettings["auth"];
  try {
    if (url.username !== "")
      auth = { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) };
  } catch {
    throw new Error("has a user or a password that is not percent-encoded");
  }
  return {
    host,
    port: url.port === "" ? (secure ? SUBMISSIONS_PORT : SUBMISSION_PORT) : Number(url.port),
    secure,
    requireTLS: said === null ? !secure && !isLoopback(host) : said === "true",
    ...(auth && { auth }),
  };
}

export type Mailbox = { name: string; address: string };

/** A domain that mail can come from, and a local part without quotes: what every mail server takes. */
const ADDRESS =
  /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

/** Reads `pay@example.com` or `Once <pay@example.com>`. */
export function readMailbox(text: string): Mailbox {
  const named = /^\s*"?([^"<>\r\n]*?)"?\s*<([^<>]+)>\s*$/.exec(text);
  const address = (named?.[2] ?? text).trim();
  if (!ADDRESS.test(address))
    throw new Error('must be an address as pay@example.com, or "Once <pay@example.com>"');
  return { name: named?.[1] ?? "", address };
}
