import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { Button } from "@/components/ui/button";

export default async function NotFound() {
  const t = await getTranslations("errors");
  return (
    <div className="max-w-xl pt-6">
      <h1 className="text-title">{t("notFoundTitle")}</h1>
      <p className="mt-3 text-lg text-soft">{t("notFound")}</p>
      <Button asChild look="quiet" className="mt-6">
        <Link href="/">{t("home")}</Link>
      </Button>
    </div>
  );
}
