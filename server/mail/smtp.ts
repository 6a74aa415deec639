/** Hands mails to the mail server. */
import { createTransport } from "nodemailer";
import { z } from "zod";
import { environment } from "../lifecycle/environment.ts";
import { sender } from "./delivery.ts";
import type { MailMessage } from "./message.ts";
import { readSmtpUrl } from "./smtp-settings.ts";

/** A mail server that does not say a word for this long says none: the mail is tried again later. */
const SILENCE_MAX_MS = 20_000;
/** Mail servers take this many connections of one client without a murmur. */
const CONNECTIONS_MAX = 5;

function open(url: string) {
  const { requireTLS, ...settings } = readSmtpUrl(url);
  return createTransport({
    ...settings,
    ...(settings.secure ? {} : { requireTLS, ignoreTLS: !requireTLS }),
    pool: true,
    maxConnections: CONNECTIONS_MAX,
    connectionTimeout: SILENCE_MAX_MS,
    greetingTimeout: SILENCE_MAX_MS,
    socketTimeout: SILENCE_MAX_MS,
    // A mail is what it was composed of: no file and no address that stands in it is read.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

// On globalThis, because routes and start-up may be bundled apart; the connections are one pool.
const slot = globalThis as typeof globalThis & {
  onceSmtp?: { url: string; transport: ReturnType<typeof open> };
};

function transport(url: string): ReturnType<typeof open> {
  if (slot.onceSmtp?.url !== url) {
    slot.onceSmtp?.transport.close();
    slot.onceSmtp = { url, transport: open(url) };
  }
  return slot.onceSmtp.transport;
}

/** Ends the connections. */
export function closeSmtp(): void {
  slot.onceSmtp?.transport.close();
  delete slot.onceSmtp;
}

/** A mail that will never be taken, however often it is tried. */
class MailRefused extends Error {
  override readonly name = "MailRefused";
}

const recipientAddress = z.email().max(254);

/**
 * Sends one mail. The same `id` gives the same Message-ID and date, so that a mail that is sent twice is one to whoever looks.
 * Throws MailRefused where the mail server will not have it, anything else where it may later.
 */
export async function sendBySmtp(
  mail: { id: string; recipient: string; enqueuedAtMs: number },
  message: MailMessage,
) {
  const url = environment().ONCE_SMTP_URL;
  if (url === undefined) throw new Error("Bug: a mail is to be sent, and ONCE_SMTP_URL is not set.");
  const from = sender();
  // An address goes to the server as it is, in the envelope, and is never read as a list of several.
  if (!recipientAddress.safeParse(mail.recipient).success) throw new MailRefused("The address is none.");
  try {
    await transport(url).sendMail({
      from,
      to: { name: "", address: mail.recipient },
      envelope: { from: from.address, to: [mail.recipient] },
      messageId: `<${mail.id}@${from.address.split("@")[1]}>`,
      date: new Date(mail.enqueuedAtMs),
      // RFC 3834: so that no holiday notice answers.
      headers: { "Auto-Submitted": "auto-generated" },
      ...message,
    });
  } catch (error) {
    throw isRefusal(error) ? new MailRefused(describe(error), { cause: error }) : error;
  }
}

/** RFC 5321 §4.2.1: a 5yz reply to this recipient or this mail is final. One about signing in is our own setting. */
function isRefusal(error: unknown): boolean {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  return (
    typeof responseCode === "number" && responseCode >= 500 && (code === "EENVELOPE" || code === "EMESSAGE")
  );
}

/** A reason that is no reply is our own or the network's, and short; what is longer has more in it than a reason. */
const REASON_MAX_LENGTH = 200;
/** RFC 3463: the enhanced status of a reply, after its code. */
const ENHANCED_STATUS = /^\s*\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})(?!\S)/;

/**
 * What a failed try says of itself, to be stored. Of a mail server's reply only the codes: its text may quote the mail, and that
 * the link in it. Else the message, without addresses, whatever begins like a link, and control characters.
 */
export function describe(error: unknown): string {
  const { name, code, message, response, responseCode } = error as Record<string, unknown>;
  // Described when it was made.
  if (name === "MailRefused") return String(message);
  const codes = [code, responseCode].filter((one) => typeof one === "string" || typeof one === "number");
  if (response !== undefined || responseCode !== undefined) {
    const status = ENHANCED_STATUS.exec(String(response))?.[1];
    return (
      [...codes, ...(status === undefined ? [] : [status])].join(" ") ||
      "The mail server's reply was unclear."
    );
  }
  const text = (typeof message === "string" ? message : String(error))
    // Nodemailer puts what it could not read of a reply after the message.
    .replace(/\bresponse=[\s\S]*$/, "")
    .replaceAll(/\p{C}+/gu, " ")
    .replaceAll(/\S*(?:[@?]|:\/\/)\S*/g, "…");
  return [...codes, text].join(" ").replaceAll(/\s+/g, " ").trim().slice(0, REASON_MAX_LENGTH);
}
