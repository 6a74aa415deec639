import { useTranslations } from "next-intl";
import { OpenedAs } from "@/components/form/opened-as";
import { Submit } from "@/components/ui/submit";
import type { FormState } from "@/lib/form/form-state";
import { ChangeAddress } from "./change-address";
import { DemoOutboxLink } from "./demo-outbox-link";

/** The e-mail address of an account: whether it is confirmed, and how to have another one. */
export function Address({
  email,
  isVerified,
  hasMail,
  isDemo,
  mailConfirmation,
  changeAddress,
}: {
  email: string;
  isVerified: boolean;
  hasMail: boolean;
  isDemo: boolean;
  mailConfirmation: (form: FormData) => Promise<void>;
  changeAddress: (previous: FormState, form: FormData) => Promise<FormState>;
}) {
  const t = useTranslations("account");
  return (
    <div className="grid gap-5">
      <p className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <bdi className="font-medium wrap-anywhere">{email}</bdi>
        <span className={isVerified ? "text-sm text-accent-text" : "text-sm text-alert-text"}>
          {isVerified ? t("verified") : t("unverified")}
        </span>
      </p>
      {hasMail ? (
        <>
          {isVerified ? null : (
            <form action={mailConfirmation} className="grid gap-2">
              <OpenedAs />
              <p className="text-sm text-soft">{t("unverifiedText")}</p>
              <Submit look="quiet" className="sm:justify-self-start">
                {t("mailConfirmation")}
              </Submit>
            </form>
          )}
          {isDemo ? <DemoOutboxLink /> : null}
          <ChangeAddress changeAddress={changeAddress} />
        </>
      ) : (
        <p className="text-soft">{t("addressWithoutMail")}</p>
      )}
    </div>
  );
}
