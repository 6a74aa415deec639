/**
 * For whom better-auth is asked something that ends in a mail: it calls us back without the request, and the mail needs to know
 * where its link leads and in which language it is.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Origin } from "@/db/identity/credentials";
import type { Locale } from "@/lib/locale";

export type AccountContext = {
  /** The origin of links, which linkOrigin (server/mail/delivery.ts) has checked. */
  origin: string;
  /** The language of whoever asks; a mail to a user is in the user's own. */
  locale: Locale;
  /** A user that is made now has proven this address to be theirs. */
  provenEmail?: string;
  /** Where the request comes from, for the security event of what it changes. */
  from: Origin;
};

// On globalThis, because actions and better-auth's configuration may be bundled apart.
const slot = globalThis as typeof globalThis & { onceAccountContext?: AsyncLocalStorage<AccountContext> };

function storage(): AsyncLocalStorage<AccountContext> {
  slot.onceAccountContext ??= new AsyncLocalStorage();
  return slot.onceAccountContext;
}

export function withAccountContext<T>(context: AccountContext, work: () => Promise<T>): Promise<T> {
  return storage().run(context, work);
}

export function accountContext(): AccountContext | undefined {
  return storage().getStore();
}
