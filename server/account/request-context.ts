/** The context of mails that the request being answered asks for. */
import { headers } from "next/headers";
import { getLocale } from "next-intl/server";
import { hasMail, linkOrigin } from "../mail/delivery.ts";
import type { AccountContext } from "./context.ts";

export async function requestContext(): Promise<AccountContext> {
  // Where there is no mail there is no link, and no origin is needed.
  return { origin: hasMail() ? linkOrigin(await headers()) : "", locale: await getLocale() };
}
