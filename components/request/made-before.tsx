import { useTranslations } from "next-intl";

/** Above a form that has made a request before, with other fields than those that stand in it now. */
export function MadeBefore({ path }: { path: string }) {
  const t = useTranslations("request");
  return (
    <div role="alert" className="mb-5 rounded-xl border border-alert-line bg-alert-wash p-4 text-alert-text">
      <p>{t("madeBefore")}</p>
      <p className="mt-1">
        <a href={path} className="inline-flex min-h-11 items-center underline underline-offset-4">
          {t("openMade")}
        </a>
      </p>
    </div>
  );
}
