/** What a stored mail is composed of, by kind. Read again by whichever server sends it, which may be of another build. */
import { z } from "zod";

const link = { url: z.string() };
const whose = { name: z.string(), handle: z.string() };

const contents = {
  /** The receipt of a payment, as `userId` sees it; `isAsked`: they asked for it, and get the PDF as well. */
  receipt: z.object({ paymentId: z.uuid(), userId: z.uuid(), isAsked: z.boolean().optional() }),
  /** To a new address: confirm that it is yours. */
  "confirm-address": z.object({ ...link, ...whose }),
  /** To an address that somebody wanted for an account, and that has one. */
  "address-taken": z.object({ isCurrent: z.boolean(), signInUrl: z.string(), resetUrl: z.string() }),
  "reset-password": z.object({ ...link, ...whose }),
  "password-changed": z.object({ ...link, ...whose }),
  /** To the new address of somebody who wants to change it. */
  "change-address": z.object({ ...link, ...whose }),
  /** To the old address, after it was changed. */
  "address-changed": z.object({ ...link, ...whose }),
} as const;

export type MailKind = keyof typeof contents;
export type MailContent = { [K in MailKind]: { kind: K } & z.infer<(typeof contents)[K]> }[MailKind];

export const MAIL_KINDS = Object.keys(contents) as MailKind[];

/** Reads what was stored. Throws where it is not of its kind. */
export function readContent(kind: string, stored: unknown): MailContent {
  const schema = contents[kind as MailKind];
  if (schema === undefined) throw new Error(`Bug: a mail of kind "${kind}", which nobody composes.`);
  return { kind, ...schema.parse(stored) } as MailContent;
}
