import { useTranslations } from "next-intl";
import { CopiedId } from "./copied-id";

/** An id, a hash or an anchor, whole, to select or to copy, with the way to what it names where there is one. Rendered on the server. */
export function Copyable({ id, href }: { id: string; href?: string }) {
  const t = useTranslations("ops");
  return (
    <CopiedId id={id} href={href} words={{ copy: t("copy"), copied: t("copied"), failed: t("copyFailed") }} />
  );
}
