"use client";

import "./globals.css";
import { unstable_isUnrecognizedActionError, useParams } from "next/navigation";
import { TryAgain } from "@/components/site/try-again";
import { Button } from "@/components/ui/button";

// The layout itself failed, and with it the choice of language: so this one page says it in each of them.
const TEXTS = [
  {
    lang: "en",
    title: "This page could not be shown",
    text: "To show a page never moves money. If you pressed Pay just before, that payment was made once or not at all; your payments show it as soon as the service answers again.",
    retry: "Try again",
    withoutScript: "Continue without scripts",
  },
  {
    lang: "de",
    title: "Diese Seite konnte nicht angezeigt werden",
    text: "Eine Seite anzuzeigen bewegt nie Geld. Falls Sie kurz zuvor auf Bezahlen gedrückt haben, wurde diese Zahlung einmal ausgeführt oder gar nicht; Ihre Zahlungen zeigen es, sobald der Dienst wieder antwortet.",
    retry: "Noch einmal versuchen",
    withoutScript: "Ohne Skripte weiter",
  },
] as const;

export default function GlobalError({ error, retry }: { error: unknown; retry: () => void }) {
  // One file that does not arrive, that of the smaller error page, leads here from a checkout that could be paid.
  const { orderId } = useParams<{ orderId?: string }>();
  // A button of the layout's, on a page of another build: what is fetched by script would end here again.
  const showAgain = unstable_isUnrecognizedActionError(error) ? () => location.reload() : retry;
  return (
    <html lang="en">
      <body>
        <title>Once</title>
        <main className="mx-auto grid max-w-xl gap-10 px-4 py-16">
          {TEXTS.map((text) => (
            <div key={text.lang} lang={text.lang}>
              <h1 className="text-title">{text.title}</h1>
              <p className="mt-3 text-lg text-soft">{text.text}</p>
              <div className="mt-6 flex flex-wrap gap-3">
                <TryAgain retry={showAgain} look="quiet">
                  {text.retry}
                </TryAgain>
                {orderId === undefined ? null : (
                  <form method="post" action={`/checkout/${orderId}/continue`}>
                    <Button type="submit" look="quiet">
                      {text.withoutScript}
                    </Button>
                  </form>
                )}
              </div>
            </div>
          ))}
        </main>
      </body>
    </html>
  );
}
