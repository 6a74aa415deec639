import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";

/** In the demo: where its mails are read. */
export function DemoOutboxLink() {
  const t = useTranslations("account");
  return (
    <Button asChild look="quiet" className="justify-self-start">
      <Link href="/dev/outbox" prefetch={false}>
        {t("demoOutbox")}
      </Link>
    </Button>
  );
}
