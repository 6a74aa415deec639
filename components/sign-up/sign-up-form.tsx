"use client";

import { useTranslations } from "next-intl";
import { useActionState, useState } from "react";
import { Field } from "@/components/ui/field";
import { Submit } from "@/components/ui/submit";
import { PASSWORD_MIN_LENGTH, type SignUpError } from "@/lib/identity/sign-up";

type SignUpState = { error?: SignUpError | "limited"; waitMinutes?: number };

/**
 * A new account. `signUp` redirects where everything is right, and names the field that is not otherwise. The form sends `id` with
 * it, the same at each press, so that two presses are one sign-up.
 */
export function SignUpForm({
  signUp,
  next,
  id,
}: {
  signUp: (previous: SignUpState, formData: FormData) => Promise<SignUpState>;
  next: string;
  id: string;
}) {
  const t = useTranslations("signUp");
  const [state, action] = useActionState(signUp, {});
  // The one that the form was opened with: whenever the page is read again, the server offers another.
  const [firstId] = useState(id);
  // React empties an uncontrolled field after an action; only the password is to be typed again.
  const [typed, setTyped] = useState({ name: "", handle: "", email: "" });
  const bind = (name: keyof typeof typed) => ({
    id: name,
    name,
    label: t(name),
    required: true,
    value: typed[name],
    onChange: (event: { target: { value: string } }) => setTyped({ ...typed, [name]: event.target.value }),
  });
  return (
    <form action={action} className="flex flex-col gap-4">
      <input type="hidden" name="next" value={next} />
      <input type="hidden" name="id" value={firstId} />
      {state.error === undefined ? null : (
        <p
          role="alert"
          className="rounded-xl border border-alert-line bg-alert-wash p-3 text-sm text-alert-text"
        >
          {t(`error_${state.error}`, { length: PASSWORD_MIN_LENGTH, minutes: state.waitMinutes ?? 1 })}
        </p>
      )}
      <Field {...bind("name")} autoComplete="name" />
      <Field {...bind("handle")} autoComplete="username" hint={t("handleHint")} />
      <Field {...bind("email")} type="email" autoComplete="email" />
      <Field
        id="password"
        name="password"
        type="password"
        label={t("password")}
        autoComplete="new-password"
        required
        hint={t("passwordHint", { length: PASSWORD_MIN_LENGTH })}
      />
      <Submit className="mt-2">{t("submit")}</Submit>
    </form>
  );
}
