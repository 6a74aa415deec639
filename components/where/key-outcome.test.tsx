/** What an address says of a key is believed in nothing: only what was read of it is said. */
import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import de from "@/messages/de.json";
import en from "@/messages/en.json";
import { KeyOutcome } from "./key-outcome";

/** What is said of a key that is void for whoever looks, which another user's open one is, too. */
function wordsOf(notice: "revoked" | "unknown" | undefined, locale: "en" | "de"): string {
  return renderToStaticMarkup(
    <NextIntlClientProvider locale={locale} messages={{ en, de }[locale]} timeZone="UTC">
      <KeyOutcome
        keyText="019ab3c2-40d5-7dbd-bc93-6894a57f9324"
        userId="u"
        outcome={{ state: "void" }}
        notice={notice}
      />
    </NextIntlClientProvider>,
  );
}

it.each(["en", "de"] as const)(
  "%s: an address that says `revoked` makes a void key no cancelled one",
  (locale) => {
    for (const notice of ["revoked", "unknown"] as const)
      expect(wordsOf(notice, locale)).toBe(wordsOf(undefined, locale));
    expect(wordsOf("revoked", locale)).toContain(locale === "en" ? "for your account" : "Für Ihr Konto");
  },
);
