/** security.txt (RFC 9116). */
import { LOCALES } from "@/lib/locale";

/** Expires. The RFC asks for less than a year; a contact that has changed is to be noticed sooner. */
const EXPIRES_AFTER_DAYS = 30;
const DAY_MS = 24 * 60 * 60_000;

export type SecurityTxt = {
  /** A URI: mailto:, https: or tel:. */
  contact: string;
  /** The public origin, where it is known. */
  address: string | undefined;
  now: Date;
};

/** The file's text, made for the moment it is asked for, so that it never expires while its server runs. */
export function securityTxt({ contact, address, now }: SecurityTxt): string {
  const fields = [
    ["Contact", contact],
    ["Expires", new Date(now.getTime() + EXPIRES_AFTER_DAYS * DAY_MS).toISOString()],
    ["Preferred-Languages", LOCALES.join(", ")],
  ];
  // Where the text belongs; the RFC wants an https address.
  if (address?.startsWith("https:"))
    fields.push(["Canonical", new URL("/.well-known/security.txt", address).href]);
  return fields.map(([name, value]) => `${name}: ${value}\n`).join("");
}
