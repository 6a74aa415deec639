/** What an address says of a key is believed in nothing: only what was read of it is said. */
import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import type { Movement } from "@/lib/activity/movement";
import de from "@/messages/de.json";
import en from "@/messages/en.json";
import { KeyOutcome, type KeyOutcomeProps } from "./key-outcome";

/** What is said of a key that is void for whoever looks, which another user's open one is, too. */
function wordsOf(
  notice: "revoked" | "unknown" | undefined,
  locale: "en" | "de",
  outcome: KeyOutcomeProps["outcome"] = { state: "void" },
): string {
  return renderToStaticMarkup(
    <NextIntlClientProvider locale={locale} messages={{ en, de }[locale]} timeZone="UTC">
      <KeyOutcome
        keyText="019ab3c2-40d5-7dbd-bc93-6894a57f9324"
        userId="u"
        outcome={outcome}
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

/** A sale of three dollars, as whoever received it sees it. */
const sale: Movement = {
  id: "019ab3c2-40d5-7dbd-bc93-6894a57f9324",
  kind: "order",
  status: "succeeded",
  declineCode: null,
  direction: "in",
  accountId: "a",
  amountMinor: 300n,
  currency: "USD",
  balanceMinor: 300n,
  at: new Date("2026-03-02T09:38:12.000Z"),
  party: { name: "Alice", handle: "alice" },
  note: null,
  orderId: "o",
  description: "Espresso",
  isRequest: false,
  refundOf: null,
  refundedMinor: 0n,
};

it("what the operator took out of somebody's account is not told as received", () => {
  const debit: Movement = { ...sale, kind: "funding", direction: "out", party: null, orderId: null };
  const said = wordsOf(undefined, "en", { state: "by-other", movement: debit });
  expect(said).toContain("The operator of this service took $3.00 out of your account");
  expect(said).toContain("The money is no longer in your account.");
  expect(said).not.toMatch(/received|paid you/);
  expect(wordsOf(undefined, "de", { state: "by-other", movement: debit })).toContain("entnommen");
});

it("what was paid back is not said to be in the account", () => {
  const told = (refundedMinor: bigint): string =>
    wordsOf(undefined, "en", { state: "by-other", movement: { ...sale, refundedMinor } });
  expect(told(0n)).toContain("The money is in your account.");
  expect(told(100n)).toContain("$1.00 of it has been paid back since.");
  expect(told(300n)).toContain("All of it has been paid back since.");
  for (const refundedMinor of [100n, 300n])
    expect(told(refundedMinor)).not.toContain("The money is in your account.");
  const paid: Movement = { ...sale, direction: "out", refundedMinor: 300n };
  expect(wordsOf(undefined, "en", { state: "settled", movement: paid, mayPayAgain: false })).toContain(
    "All of it has been paid back since.",
  );
});
