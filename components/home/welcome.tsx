import Link from "next/link";
import { useTranslations } from "next-intl";
import { Mark } from "@/components/site/mark";
import { Button } from "@/components/ui/button";
import { Submit } from "@/components/ui/submit";
import { Section } from "./section";

/** What Once is, for somebody who is not signed in; in the demo also how to try the double press. */
export function Welcome({
  signInAsDemo,
}: {
  /** In the demo alone: signs in as one of its people. */
  signInAsDemo: ((formData: FormData) => Promise<void>) | undefined;
}) {
  const t = useTranslations("home");
  const promises = [
    { title: t("promiseOnce"), text: t("promiseOnceText") },
    { title: t("promiseHonest"), text: t("promiseHonestText") },
    { title: t("promiseFinal"), text: t("promiseFinalText") },
  ];
  return (
    <div className="grid gap-10 sm:gap-14">
      <div className="grid items-center gap-8 pt-4 lg:grid-cols-[1fr_auto] lg:pt-10">
        <div className="max-w-2xl">
          <h1 className="text-[2.5rem] leading-[1.05] font-bold tracking-[-0.035em] sm:text-[3.5rem]">
            {t("title")}
          </h1>
          <p className="mt-5 text-lg text-soft">{t("lead")}</p>
          <Button asChild className="mt-7">
            <Link href="/sign-in">{t("signIn")}</Link>
          </Button>
        </div>
        <Mark motion="draw" className="hidden size-64! text-accent lg:block" />
      </div>

      {signInAsDemo === undefined ? null : (
        <Section title={t("tryTitle")}>
          <ol className="grid gap-5 sm:grid-cols-3">
            {[t("try1"), t("try2"), t("try3")].map((step, index) => (
              <li key={step} className="flex gap-3">
                <span
                  aria-hidden="true"
                  className="figures flex size-7 shrink-0 items-center justify-center rounded-full bg-accent-wash text-sm font-bold text-accent-text"
                >
                  {index + 1}
                </span>
                <span>{step}</span>
              </li>
            ))}
          </ol>
          <form action={signInAsDemo} className="mt-6">
            <input type="hidden" name="next" value="/" />
            <Submit name="who" value="alice">
              {t("tryBegin")}
            </Submit>
          </form>
        </Section>
      )}

      <dl className="grid gap-6 sm:grid-cols-3">
        {promises.map((promise) => (
          <div key={promise.title} className="border-t-2 border-accent pt-4">
            <dt className="font-semibold">{promise.title}</dt>
            <dd className="mt-1 text-soft">{promise.text}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
