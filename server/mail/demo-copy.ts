/** A mail as the demo keeps it, for the page that shows it. */
import { z } from "zod";
import type { MailMessage } from "./message.ts";

const demoCopy = z.object({
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  attachments: z.array(z.object({ filename: z.string(), contentType: z.string(), base64: z.string() })),
});

type DemoCopy = z.infer<typeof demoCopy>;

export function makeDemoCopy({ subject, text, html, attachments = [] }: MailMessage): DemoCopy {
  return {
    subject,
    text,
    html,
    attachments: attachments.map(({ filename, contentType, content }) => ({
      filename,
      contentType,
      base64: content.toString("base64"),
    })),
  };
}

/** Reads what was kept; undefined where nothing was, or by another build. */
export function readDemoCopy(kept: unknown): DemoCopy | undefined {
  const copy = demoCopy.safeParse(kept);
  return copy.success ? copy.data : undefined;
}
