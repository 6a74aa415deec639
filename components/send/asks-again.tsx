import Link from "next/link";
import { useTranslations } from "next-intl";
import { bdi } from "@/components/ui/bdi";
import { Button } from "@/components/ui/button";
import { inElements } from "@/components/ui/in-elements";

/**
 * Asks before a payment that looks like one of minutes ago: it may be the one that somebody believes was lost. `ago` and `amount`
 * are for people; `goOn` leads to the same page, which then does not ask about that payment again.
 */
export function AsksAgain({
  name,
  amount,
  ago,
  receipt,
  goOn,
}: {
  name: string;
  amount: string;
  ago: string;
  receipt: string;
  goOn: string;
}) {
  const t = useTranslations("send");
  return (
    <div role="alert" className="rounded-xl border border-wait-line bg-wait-wash p-4">
      <p className="font-semibold text-wait-text">
        {inElements(t.rich("again", { name, amount, ago, bdi }))}
      </p>
      <p className="mt-1 text-sm">{t("againText")}</p>
      <div className="mt-4 flex flex-col gap-3 sm:flex-row">
        <Button asChild size="large">
          <Link href={receipt} prefetch={false}>
            {t("againReceipt")}
          </Link>
        </Button>
        <Button asChild size="large" look="quiet">
          {/* A plain link: the page is asked for anew, and what was paid since is seen. */}
          <a href={goOn}>{t("againSend")}</a>
        </Button>
      </div>
    </div>
  );
}
