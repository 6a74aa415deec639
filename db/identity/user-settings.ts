/** What a user has set about mails, and whom an address belongs to. */
import { eq } from "drizzle-orm";
import { isLocale, type Locale } from "../../lib/locale.ts";
import { database } from "../connection/client.ts";
import { emailAddresses, users } from "../schema/auth.ts";

export type UserSettings = { emailVerified: boolean; receiptsByMail: boolean; locale: Locale };

/** The settings of a user. Throws where there is none. */
export async function findUserSettings(userId: string): Promise<UserSettings> {
  const [found] = await database()
    .reading.select({
      emailVerified: users.emailVerified,
      receiptsByMail: users.receiptsByMail,
      locale: users.locale,
    })
    .from(users)
    .where(eq(users.id, userId));
  if (!found) throw new Error("Bug: the settings of nobody.");
  return { ...found, locale: isLocale(found.locale) ? found.locale : "en" };
}

export async function saveMailSettings(
  userId: string,
  settings: Partial<Pick<UserSettings, "receiptsByMail" | "locale">>,
): Promise<void> {
  await database().reading.update(users).set(settings).where(eq(users.id, userId));
}

/** Whom an address belongs to for ever, if anybody. `isCurrent`: it is still the one that they sign in with. */
export type AddressOwner = { userId: string; isCurrent: boolean; locale: Locale | undefined };

export async function findAddressOwner(email: string): Promise<AddressOwner | undefined> {
  const db = database().reading;
  const [[current], [claim]] = await Promise.all([
    db.select({ id: users.id, locale: users.locale }).from(users).where(eq(users.email, email)),
    db.select({ userId: emailAddresses.userId }).from(emailAddresses).where(eq(emailAddresses.email, email)),
  ]);
  if (current)
    return {
      userId: current.id,
      isCurrent: true,
      locale: isLocale(current.locale) ? current.locale : undefined,
    };
  return claim && { userId: claim.userId, isCurrent: false, locale: undefined };
}
