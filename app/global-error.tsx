"use client";

import "./globals.css";
import { TryAgain } from "@/components/site/try-again";

// The layout itself failed, and with it the choice of language: so this one page says it in each of them.
const TEXTS = [
  {
    lang: "en",
    title: "This page could not be shown",
    text: "To show a page never moves money. If you pressed Pay just before, that payment was made once or not at all; your payments show it as soon as the service answers again.",
    retry: "Try again",
  },
  {
    lang: "de",
    title: "Diese Seite konnte nicht angezeigt werden",
    text: "Eine Seite anzuzeigen bewegt nie Geld. Falls Sie kurz zuvor auf Bezahlen gedrückt haben, wurde diese Zahlung einmal ausgeführt oder gar nicht; Ihre Zahlungen zeigen es, sobald der Dienst wieder antwortet.",
    retry: "Noch einmal versuchen",
  },
] as const;

export default function GlobalError({ retry }: { error: unknown; retry: () => void }) {
  return (
    <html lang="en">
      <body>
        <title>Once</title>
        <main className="mx-auto grid max-w-xl gap-10 px-4 py-16">
          {TEXTS.map((text) => (
            <div key={text.lang} lang={text.lang}>
              <h1 className="text-title">{text.title}</h1>
              <p className="mt-3 text-lg text-soft">{text.text}</p>
              <TryAgain retry={retry} look="quiet" className="mt-6">
                {text.retry}
              </TryAgain>
            </div>
          ))}
        </main>
      </body>
    </html>
  );
}
