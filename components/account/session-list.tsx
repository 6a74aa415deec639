import { useTranslations } from "next-intl";
import { OpenedAs } from "@/components/form/opened-as";
import { useWhen } from "@/components/site/when";
import { Submit } from "@/components/ui/submit";
import { browserOf } from "@/lib/identity/browser-name";

type ListedSession = { id: string; userAgent: string; ipAddress: string; since: string };

/** Where somebody is signed in, and how to end it: one by one, or everywhere but here. */
export function SessionList({
  sessions,
  ownId,
  endSession,
  endOtherSessions,
}: {
  sessions: ListedSession[];
  ownId: string | undefined;
  endSession: (form: FormData) => Promise<void>;
  endOtherSessions: (form: FormData) => Promise<void>;
}) {
  const t = useTranslations("account");
  const when = useWhen();
  return (
    <div className="grid gap-4">
      <ul className="divide-y divide-line">
        {sessions.map(({ id, userAgent, ipAddress, since }) => {
          const { browser, system } = browserOf(userAgent);
          const name = [browser, system].filter(Boolean).join(", ") || t("unknownBrowser");
          return (
            <li
              key={id}
              className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3 first:pt-0"
            >
              <span className="min-w-0">
                <span className="block font-medium wrap-anywhere">
                  <bdi>{name}</bdi>
                </span>
                <span className="block text-sm text-soft wrap-anywhere">
                  {[t("signedInSince", { when: when(since) }), ipAddress].filter(Boolean).join(" · ")}
                </span>
              </span>
              {id === ownId ? (
                <span className="text-sm text-accent-text">{t("thisBrowser")}</span>
              ) : (
                <form action={endSession}>
                  <OpenedAs />
                  <input type="hidden" name="id" value={id} />
                  <Submit look="quiet" size="small" aria-label={t("endSessionOf", { browser: name })}>
                    {t("endSession")}
                  </Submit>
                </form>
              )}
            </li>
          );
        })}
      </ul>
      {sessions.length > 1 ? (
        <form action={endOtherSessions}>
          <OpenedAs />
          <Submit look="quiet">{t("endOtherSessions")}</Submit>
        </form>
      ) : null}
    </div>
  );
}
