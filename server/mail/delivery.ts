/** Whether mail can be sent, and where its links lead. */
import { isIP } from "node:net";
import { requestedOrigin } from "../http/request/origin.ts";
import { environment, isDemo } from "../lifecycle/environment.ts";
import { type Mailbox, readMailbox } from "./smtp-settings.ts";

/** `smtp`: by the mail server that is configured. `demo`: kept, for the page that shows them. `none`: nobody can be mailed. */
export type Delivery = "smtp" | "demo" | "none";

export function delivery(): Delivery {
  if (environment().ONCE_SMTP_URL !== undefined) return "smtp";
  return isDemo() ? "demo" : "none";
}

/** Whether mails reach anybody. Where not, nothing that needs one is offered. */
export function hasMail(): boolean {
  return delivery() !== "none";
}

/** Whom mails come from. */
export function sender(): Mailbox {
  const { ONCE_MAIL_FROM } = environment();
  return ONCE_MAIL_FROM === undefined
    ? { name: "Once", address: "once@once.test" }
    : readMailbox(ONCE_MAIL_FROM);
}

/** Where `npm run dev` and `npm start` listen unless they are told. */
const DEFAULT_PORT = "3000";

/** Whether an origin is this machine: the only one that the demo answers as. */
function isLoopback(origin: string): boolean {
  const name = new URL(origin).hostname;
  return name === "localhost" || name === "[::1]" || (isIP(name) === 4 && name.startsWith("127."));
}

/**
 * The origin that links in mails begin with: ONCE_URL, which must be set where there is a mail server. In the demo it may be the
 * host that the browser asked for (`headers`), so that its cookies are found again, and that must be this machine.
 */
export function linkOrigin(headers: Headers = new Headers()): string {
  const asked = requestedOrigin(headers, "http");
  if (environment().ONCE_URL !== undefined && asked !== undefined) return asked;
  if (!isDemo()) throw new Error("Bug: a mail with a link, and no ONCE_URL.");
  return asked !== undefined && isLoopback(asked)
    ? asked
    : `http://localhost:${process.env.PORT || DEFAULT_PORT}`;
}
