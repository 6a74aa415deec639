"use client";

import { useTranslations } from "next-intl";
import { useActionState, useState } from "react";
import { OpenedAs } from "@/components/form/opened-as";
import { Trouble } from "@/components/form/trouble";
import { Check } from "@/components/ui/check";
import { Field } from "@/components/ui/field";
import { Submit } from "@/components/ui/submit";
import type { FormTrouble } from "@/lib/form/form-state";
import { API_KEY_NAME_MAX_LENGTH, type ApiKeyError } from "@/lib/identity/api-key";
import { isScope, SCOPES, type Scope } from "@/lib/identity/scopes";
import { NewKey } from "./new-key";

type CreateState = {
  intentId?: string;
  error?: ApiKeyError;
  values?: { name: string; scopes: string[] };
  trouble?: FormTrouble;
  created?: { id: string; name: string; key: string; intentId: string };
};

/**
 * Name and scopes of a new key. `createKey` returns the key, which is shown here and nowhere else, or what is wrong. The form
 * sends `intentId` with it, the same at each press until a key is made, so that two presses make one.
 */
export function CreateKey({
  intentId,
  createKey,
}: {
  intentId: string;
  createKey: (previous: CreateState, formData: FormData) => Promise<CreateState>;
}) {
  const t = useTranslations("apiKeys");
  const [state, action] = useActionState(createKey, {});
  // The one that the form was opened with: whenever the page is read again, the server offers another.
  const [firstIntentId] = useState(intentId);
  return (
    <form action={action} className="flex flex-col gap-5">
      <OpenedAs />
      <input type="hidden" name="intentId" value={state.intentId ?? firstIntentId} />
      {/* After a key is made, the fields start again. */}
      <Fields key={state.created?.id ?? "first"} {...(state.values && { sent: state.values })} />
      {/* What became of it stands beside the button, where somebody looks who has just pressed it. */}
      {state.created === undefined ? null : <NewKey name={state.created.name} apiKey={state.created.key} />}
      {state.trouble === undefined ? null : (
        <div
          role="alert"
          className="rounded-xl border border-alert-line bg-alert-wash p-3 text-sm text-alert-text"
        >
          <Trouble trouble={state.trouble} />
        </div>
      )}
      {state.error === undefined ? null : (
        <p
          role="alert"
          className="rounded-xl border border-alert-line bg-alert-wash p-3 text-sm text-alert-text"
        >
          {t(`error_${state.error}`, { length: API_KEY_NAME_MAX_LENGTH })}
        </p>
      )}
      <Submit className="sm:self-start">{t("create")}</Submit>
    </form>
  );
}

/**
 * The fields keep what was typed: React empties uncontrolled ones after an action, also where it refused. `sent`: what came back
 * with an error, for a page without scripts, which is made anew.
 */
function Fields({ sent }: { sent?: { name: string; scopes: string[] } }) {
  const t = useTranslations("apiKeys");
  const [name, setName] = useState(sent?.name ?? "");
  const [ticked, setTicked] = useState<ReadonlySet<Scope>>(new Set(sent?.scopes.filter(isScope)));
  const tick = (scope: Scope, isTicked: boolean) => {
    const next = new Set(ticked);
    if (isTicked) next.add(scope);
    else next.delete(scope);
    setTicked(next);
  };
  return (
    <>
      <Field
        id="name"
        name="name"
        label={t("name")}
        hint={t("nameHint")}
        autoComplete="off"
        required
        maxLength={API_KEY_NAME_MAX_LENGTH}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <fieldset>
        <legend className="mb-1 text-sm font-medium text-soft">{t("scopes")}</legend>
        {SCOPES.map((scope) => (
          <Check
            key={scope}
            name="scope"
            value={scope}
            label={t(`scope_${scope}`)}
            code={scope}
            checked={ticked.has(scope)}
            onChange={(event) => tick(scope, event.target.checked)}
          />
        ))}
      </fieldset>
    </>
  );
}
