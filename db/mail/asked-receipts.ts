/** Receipts that somebody asks for by mail, beside the one that follows a payment by itself. */
import { uuidv7 } from "uuidv7";
import type { Locale } from "../../lib/locale.ts";
import { database } from "../connection/client.ts";

/**
 * Stores the receipt of a payment to be mailed to `userId`, who must be in it, in `locale`. The same `intentId` again stores
 * nothing more. `unverified`: nothing is stored, because nobody has confirmed that the address is theirs. One statement.
 */
export async function enqueueAskedReceipt(asked: {
  paymentId: string;
  userId: string;
  intentId: string;
  locale: Locale;
  expiresInSeconds: number;
}): Promise<"stored" | "stored-before" | "unverified"> {
  const { paymentId, userId, intentId, locale, expiresInSeconds } = asked;
  const key = `receipt-asked:${userId}:${intentId}`;
  const content = JSON.stringify({ paymentId, userId, isAsked: true });
  const [row] = await database().readingSql<{ isVerified: boolean; isNew: boolean }[]>`
    with person as (select email from users where id = ${userId} and email_verified),
    stored as (
      insert into mail_outbox (id, dedupe_key, kind, recipient, locale, content, expires_at)
      select ${uuidv7()}::uuid, ${key}, 'receipt', email, ${locale}, ${content}::text::jsonb,
             now() + make_interval(secs => ${expiresInSeconds})
        from person
      on conflict (dedupe_key) do nothing
      returning 1
    )
    select exists (select from person) as "isVerified", exists (select from stored) as "isNew"`;
  if (!row?.isVerified) return "unverified";
  return row.isNew ? "stored" : "stored-before";
}
