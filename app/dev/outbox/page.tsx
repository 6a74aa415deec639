import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { OutboxList } from "@/components/mail/outbox-list";
import { ShownMail } from "@/components/mail/shown-mail";
import { Panel } from "@/components/ui/panel";
import { findMail, listMails } from "@/db/mail/outbox";
import { uuid } from "@/lib/api/requests";
import { pageNonce } from "@/server/http/request/nonce";
import { authorizePage } from "@/server/identity/authorize";
import { isDemo } from "@/server/lifecycle/environment";
import { readDemoCopy } from "@/server/mail/demo-copy";

/** As many as somebody looks through who tries something. */
const MAILS_SHOWN = 50;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("outbox");
  return { title: t("title") };
}

/** The mails that the demo would have sent. Outside the demo there is no such page: mails hold links that sign people in. */
export default async function OutboxPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  await authorizePage("/dev/outbox", "/dev/outbox");
  if (!isDemo()) notFound();
  const [{ mail: asked }, t, nonce] = await Promise.all([
    searchParams,
    getTranslations("outbox"),
    pageNonce(),
  ]);
  const id = uuid.safeParse(asked);
  const [shown, mails] = await Promise.all([
    id.success ? findMail(id.data) : undefined,
    listMails(MAILS_SHOWN),
  ]);
  return (
    <div className="mx-auto grid w-full max-w-3xl grid-cols-1 gap-4 sm:gap-6">
      <div>
        <h1 className="text-title">{t("title")}</h1>
        <p className="mt-2 text-soft">{t("lead")}</p>
      </div>
      {shown === undefined ? null : (
        <ShownMail mail={shown} copy={readDemoCopy(shown.demoCopy)} nonce={nonce} />
      )}
      <Panel>
        {mails.length === 0 ? (
          <p className="text-soft">{t("none")}</p>
        ) : (
          <OutboxList
            mails={mails.map((mail) => ({ ...mail, subject: readDemoCopy(mail.demoCopy)?.subject }))}
            shownId={shown?.id}
          />
        )}
      </Panel>
    </div>
  );
}
