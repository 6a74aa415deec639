import { useTranslations } from "next-intl";
import type { Party } from "@/lib/receipt";

/** Somebody in a payment: the name, which many may have, and the handle, which is theirs alone. */
export function PartyName({ party, viewerId }: { party: Party; viewerId: string }) {
  const t = useTranslations("receipt");
  return (
    <>
      <bdi>{party.name}</bdi>
      {party.handle === undefined ? null : (
        <span className="ml-1.5 inline-block font-normal text-soft">
          <bdi>{`@${party.handle}`}</bdi>
        </span>
      )}
      {party.id === viewerId ? <span className="ml-1.5 font-normal text-soft">{t("you")}</span> : null}
    </>
  );
}
