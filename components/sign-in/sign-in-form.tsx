"use client";

import { useTranslations } from "next-intl";
import { useActionState, useState } from "react";
import { Field } from "@/components/ui/field";
import { Submit } from "@/components/ui/submit";

type SignInState = { error?: "invalid" | "limited"; waitMinutes?: number };

/** E-mail and password. `signIn` redirects where they are right. */
export function SignInForm({
  signIn,
  next,
}: {
  signIn: (previous: SignInState, formData: FormData) => Promise<SignInState>;
  next: string;
}) {
  const t = useTranslations("signIn");
  const [state, action] = useActionState(signIn, {});
  // React empties an uncontrolled field after an action; nobody wants to type an address twice.
  const [email, setEmail] = useState("");
  return (
    <form action={action} className="flex flex-col gap-4">
      <input type="hidden" name="next" value={next} />
      {state.error === undefined ? null : (
        <p
          role="alert"
          className="rounded-xl border border-alert-line bg-alert-wash p-3 text-sm text-alert-text"
        >
          {state.error === "limited" ? t("limited", { minutes: state.waitMinutes ?? 1 }) : t("invalid")}
        </p>
      )}
      <Field
        id="email"
        name="email"
        type="email"
        label={t("email")}
        autoComplete="username"
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <Field
        id="password"
        name="password"
        type="password"
        label={t("password")}
        autoComplete="current-password"
        required
      />
      <Submit className="mt-2">{t("submit")}</Submit>
    </form>
  );
}
