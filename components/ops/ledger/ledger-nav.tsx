import { useTranslations } from "next-intl";
import { Pills } from "../pills";

const PLACES = {
  accounts: "/ops/ledger",
  journal: "/ops/ledger/journal",
  adjustments: "/ops/ledger/adjustments",
  currencies: "/ops/currencies",
} as const;

/** The way round the room of the ledger. `at`: the part of it that the page belongs to; `isItself`: whether it is the page of that part. */
export function LedgerNav({ at, isItself = false }: { at: keyof typeof PLACES; isItself?: boolean }) {
  const t = useTranslations("opsLedger");
  return (
    <Pills
      label={t("places")}
      pills={(Object.keys(PLACES) as (keyof typeof PLACES)[]).map((place) => ({
        name: t(`place_${place}`),
        href: PLACES[place],
        current: place !== at ? undefined : isItself ? "page" : "true",
      }))}
    />
  );
}
