import { useTranslations } from "next-intl";
import { OpenedAs } from "@/components/form/opened-as";
import { useWhen } from "@/components/site/when";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";
import { Submit } from "@/components/ui/submit";
import { isWriting, type Scope } from "@/lib/identity/scopes";
import { isolateBidi } from "@/lib/text/bidi-isolate";

type ListedKey = {
  id: string;
  name: string;
  start: string;
  scopes: Scope[];
  createdAt: string;
  lastUsedAt?: string;
};

/** The keys of a user, each with what it may do and a way to revoke it, which is asked about once more. */
export function KeyList({
  keys,
  revokeKey,
}: {
  keys: ListedKey[];
  revokeKey: (formData: FormData) => Promise<void>;
}) {
  const t = useTranslations("apiKeys");
  const when = useWhen();
  const usesOf = (key: ListedKey) => {
    if (!key.scopes.some(isWriting)) return t("onlyReads");
    return key.lastUsedAt === undefined ? t("neverUsed") : t("lastUsed", { when: when(key.lastUsedAt) });
  };
  return (
    <ul className="divide-y divide-line">
      {keys.map((key) => (
        <li key={key.id} className="py-4 first:pt-0 last:pb-0">
          <p className="flex flex-wrap items-baseline justify-between gap-x-4">
            <span className="min-w-0 font-medium wrap-anywhere">
              <bdi>{key.name}</bdi>
            </span>
            <code className="font-mono text-sm text-soft">{`${key.start}…`}</code>
          </p>
          <p className="mt-0.5 text-sm text-soft">
            {`${t("created", { when: when(key.createdAt) })} · ${usesOf(key)}`}
          </p>
          {key.scopes.length > 0 ? (
            <ul className="mt-2 flex flex-wrap gap-1.5">
              {key.scopes.map((scope) => (
                <li
                  key={scope}
                  title={t(`scope_${scope}`)}
                  className="rounded-md bg-accent-wash px-2 py-0.5 font-mono text-xs text-accent-text"
                >
                  {scope}
                </li>
              ))}
            </ul>
          ) : (
            <p className="mt-2 text-sm text-soft">{t("noScopes")}</p>
          )}
          {/* One question at a time; opens and answers without JavaScript too. */}
          <details name="revoke" className="group mt-1">
            <summary
              aria-label={t("revokeNamed", { name: isolateBidi(key.name) })}
              className="-mx-2 inline-flex min-h-11 cursor-pointer items-center rounded-xl px-2 text-sm font-semibold text-alert-text underline-offset-4 hover:underline"
            >
              {t("revoke")}
            </summary>
            <form
              action={revokeKey}
              className="mt-1 flex flex-wrap items-center gap-3 rounded-xl border border-alert-line bg-alert-wash p-3 text-alert-text"
            >
              <OpenedAs />
              <input type="hidden" name="id" value={key.id} />
              <p className="min-w-0 flex-1 basis-64 text-sm wrap-anywhere">
                {inElements(t.rich("revokeText", { name: key.name, bdi }))}
              </p>
              <Submit look="quiet" size="small">
                {t("revokeForCertain")}
              </Submit>
            </form>
          </details>
        </li>
      ))}
    </ul>
  );
}
