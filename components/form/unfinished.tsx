import { useTranslations } from "next-intl";

/** Above a form that was sent and came back with nothing done that anybody knows of: the server was not reached in time. */
export function Unfinished() {
  const t = useTranslations("form");
  return (
    <div role="alert" className="mb-5 rounded-xl border border-wait-line bg-wait-wash p-4 text-wait-text">
      <p className="font-semibold">{t("unfinished")}</p>
      <p className="mt-1 text-sm">{t("unfinishedText")}</p>
    </div>
  );
}
