import { useTranslations } from "next-intl";
import { Section } from "@/components/home/section";
import { CopyLink } from "./copy-link";
import { QrCode } from "./qr-code";

/** How a merchant gives somebody the address to pay at: copied, opened, or scanned. */
export function Share({ address, text }: { address: string; text: string }) {
  const t = useTranslations("merchant");
  return (
    <Section title={t("share")} text={text}>
      <div className="flex flex-col gap-5">
        <CopyLink address={address} label={t("address")} />
        <div className="flex flex-col items-center gap-2 sm:items-start">
          <QrCode text={address} label={t("qrLabel")} />
          <p className="text-sm text-soft">{t("qrText")}</p>
        </div>
      </div>
    </Section>
  );
}
