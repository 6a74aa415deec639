/** The context of mails that the request being answered asks for. */
import { headers } from "next/headers";
import { getLocale } from "next-intl/server";
import { hasMail, linkOrigin } from "../mail/delivery.ts";
import { originOf } from "../observability/security.ts";
import type { AccountContext } from "./context.ts";

export async function requestContext(): Promise<AccountContext> {
  const received = await headers();
  return {
    // Where there is no mail there is no link, and no origin is needed.
    origin: hasMail() ? linkOrigin(received) : "",
    locale: await getLocale(),
    from: originOf(received),
  };
}
