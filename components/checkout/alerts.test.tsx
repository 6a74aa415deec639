/** What a refusal says: whoever is frozen is told so, and not to press or to reload again. */
import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import type { ProblemName } from "@/lib/api/problems";
import de from "@/messages/de.json";
import en from "@/messages/en.json";
import { RefusedAlert } from "./alerts";

function told(reason: ProblemName, locale: "en" | "de"): string {
  return renderToStaticMarkup(
    <NextIntlClientProvider locale={locale} messages={{ en, de }[locale]} timeZone="UTC">
      <RefusedAlert
        state={{ name: "ready", key: "k", notice: { kind: "refused", reason } }}
        kind="transfer"
        otherName="Alice"
      />
    </NextIntlClientProvider>,
  );
}

it("a frozen account is called that", () => {
  expect(told("account-frozen", "en")).toContain("Your account is frozen. Nothing was taken for this.");
  expect(told("account-frozen", "en")).not.toMatch(/Reload this page|may be under way/);
  expect(told("account-frozen", "de")).toContain("gesperrt");
  expect(told("account-frozen", "de")).not.toMatch(/Laden Sie|unterwegs/);
});

it("of any other refusal, a press elsewhere may be under way", () => {
  expect(told("invalid-request", "en")).toMatch(/Reload this page.*may be under way/);
});
