"use client";

import { useTranslations } from "next-intl";
import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from "@/lib/identity/sign-up";

const CODES = [
  ...[
    "email",
    "same",
    "empty",
    "short",
    "long",
    "guessable",
    "wrong",
    "not-current",
    "limited",
    "expired",
    "handle-taken",
  ],
] as const;

/** Says what is wrong with a field of the forms about an account. */
export function useErrorText(): (name: string, code: string) => string {
  const t = useTranslations("account");
  return (_name, code) => {
    const known = CODES.find((one) => one === code) ?? "invalid";
    return t(`error_${known as "email"}`, { min: PASSWORD_MIN_LENGTH, max: PASSWORD_MAX_LENGTH });
  };
}
