import { useTranslations } from "next-intl";
import { ReasonedAct } from "@/components/ops/reasoned-act";
import { useWhen } from "@/components/site/when";
import type { FormState } from "@/lib/form/form-state";
import { browserOf } from "@/lib/identity/browser-name";
import { isWriting, type Scope } from "@/lib/identity/scopes";
import type { ActWords } from "@/lib/ops/acts";
import { isolateBidi } from "@/lib/text/bidi-isolate";

type Action = (previous: FormState, form: FormData) => Promise<FormState>;
type Acting = { userId: string; words: ActWords; act: Action | undefined };

/** Where a person is signed in, and how to end it: one by one, or everywhere. */
export function Sessions({
  sessions,
  userId,
  words,
  act,
}: Acting & { sessions: { id: string; userAgent: string; ipAddress: string; since: string }[] }) {
  const t = useTranslations("opsPeople");
  const when = useWhen();
  if (sessions.length === 0) return <p className="text-soft">{t("noSessions")}</p>;
  return (
    <>
      <ul className="divide-y divide-line">
        {sessions.map(({ id, userAgent, ipAddress, since }) => {
          const { browser, system } = browserOf(userAgent);
          const name = [browser, system].filter(Boolean).join(", ") || t("unknownBrowser");
          return (
            <li key={id} className="py-3 first:pt-0">
              <p className="font-medium wrap-anywhere">
                <bdi>{name}</bdi>
              </p>
              <p className="text-sm text-soft wrap-anywhere">
                {[t("signedInSince", { when: when(since) }), ipAddress].filter(Boolean).join(" · ")}
              </p>
              {act === undefined ? null : (
                <ReasonedAct
                  id={`session-${id}`}
                  act="sessions"
                  action={act}
                  fields={{ userId, sessionId: id }}
                  what={t("endSession")}
                  label={t("endSessionOf", { browser: name })}
                  text={t("endSessionText")}
                  forCertain={t("endSessionForCertain")}
                  words={words}
                />
              )}
            </li>
          );
        })}
      </ul>
      {act === undefined || sessions.length < 2 ? null : (
        <div className="border-t border-line pt-2">
          <ReasonedAct
            id="sessions"
            act="sessions"
            action={act}
            fields={{ userId }}
            what={t("endSessions")}
            text={t("endSessionsText")}
            forCertain={t("endSessionsForCertain")}
            words={words}
          />
        </div>
      )}
    </>
  );
}

/** A person's API keys, what each may do, and how to revoke it. Never the key, only how it starts. */
export function ApiKeys({
  keys,
  userId,
  words,
  act,
}: Acting & {
  keys: {
    id: string;
    name: string;
    start: string;
    scopes: Scope[];
    createdAt: string;
    lastUsedAt?: string;
  }[];
}) {
  const t = useTranslations("opsPeople");
  const when = useWhen();
  if (keys.length === 0) return <p className="text-soft">{t("noKeys")}</p>;
  return (
    <>
      <ul className="divide-y divide-line">
        {keys.map(({ id, name, start, scopes, createdAt, lastUsedAt }) => (
          <li key={id} className="py-3 first:pt-0">
            <p className="flex flex-wrap items-baseline justify-between gap-x-4">
              <span className="min-w-0 font-medium wrap-anywhere">
                <bdi>{name}</bdi>
              </span>
              <code className="font-mono text-sm text-soft">{`${start}…`}</code>
            </p>
            <p className="text-sm text-soft">
              {[
                t("keyMade", { when: when(createdAt) }),
                lastUsedAt === undefined
                  ? t(scopes.some(isWriting) ? "keyNeverUsed" : "keyOnlyReads")
                  : t("keyUsed", { when: when(lastUsedAt) }),
              ].join(" · ")}
            </p>
            <ul className="mt-2 flex flex-wrap gap-1.5">
              {scopes.map((scope) => (
                <li
                  key={scope}
                  className="rounded-md bg-accent-wash px-2 py-0.5 font-mono text-xs text-accent-text"
                >
                  {scope}
                </li>
              ))}
            </ul>
            {act === undefined ? null : (
              <ReasonedAct
                id={`key-${id}`}
                act="apiKeys"
                action={act}
                fields={{ userId, keyId: id }}
                what={t("revokeKey")}
                label={t("revokeKeyOf", { name: isolateBidi(name) })}
                text={t("revokeKeyText")}
                forCertain={t("revokeKeyForCertain")}
                words={words}
              />
            )}
          </li>
        ))}
      </ul>
      {act === undefined || keys.length < 2 ? null : (
        <div className="border-t border-line pt-2">
          <ReasonedAct
            id="keys"
            act="apiKeys"
            action={act}
            fields={{ userId }}
            what={t("revokeKeys")}
            text={t("revokeKeysText")}
            forCertain={t("revokeKeysForCertain")}
            words={words}
          />
        </div>
      )}
    </>
  );
}
