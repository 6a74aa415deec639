/** Stores a mail to be sent. */
import { enqueueMails, type NewMail } from "@/db/mail/outbox";
import type { MailContent } from "./content.ts";
import { wakeMailWorker } from "./worker.ts";

/**
 * Stores a mail, which this server sends soon, or another. Of several with the same `key` the first is sent. Returns whether it
 * is new. Throws where the database cannot be reached.
 */
export async function queueMail({
  content: { kind, ...content },
  ...mail
}: Omit<NewMail, "kind" | "content"> & { content: MailContent }): Promise<boolean> {
  const isNew = (await enqueueMails([{ ...mail, kind, content }])) > 0;
  if (isNew) wakeMailWorker();
  return isNew;
}
