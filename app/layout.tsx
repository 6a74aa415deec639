import "./globals.css";
import type { Metadata, Viewport } from "next";
import localFont from "next/font/local";
import { cookies, headers } from "next/headers";
import { NextIntlClientProvider } from "next-intl";
import { getLocale, getMessages, getTimeZone, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { signOut } from "@/app/sign-in/actions";
import { ViewerOfForms } from "@/components/form/opened-as";
import { DemoBanner } from "@/components/site/demo-banner";
import { Footer } from "@/components/site/footer";
import { Header } from "@/components/site/header";
import { ReaderZone } from "@/components/site/reader-zone";
import { RecordsUnreachable } from "@/components/site/records-unreachable";
import { THEME_COOKIE, type Theme, themeOf } from "@/lib/theme";
import { ADDRESS_HEADER } from "@/server/http/request/address";
import { robotsFor } from "@/server/http/well-known/robots";
import { navigationFor } from "@/server/identity/navigation";
import { isShownWithoutRecords, pageAt } from "@/server/identity/policy";
import { findViewer } from "@/server/identity/viewer";
import { environment, isDemo } from "@/server/lifecycle/environment";
import { setLocale } from "./locale-action";
import { setTheme } from "./theme-action";

const hanken = localFont({
  src: "../node_modules/@fontsource-variable/hanken-grotesk/files/hanken-grotesk-latin-wght-normal.woff2",
  variable: "--font-hanken",
  weight: "100 900",
  display: "swap",
});

// Names come in every alphabet; these letters are fetched only where a page shows one of them.
const hankenExtended = localFont({
  src: "../node_modules/@fontsource-variable/hanken-grotesk/files/hanken-grotesk-latin-ext-wght-normal.woff2",
  variable: "--font-hanken-ext",
  weight: "100 900",
  display: "swap",
  preload: false,
  adjustFontFallback: false,
  declarations: [
    {
      prop: "unicode-range",
      value:
        "U+0100-02BA, U+02BD-02C5, U+02C7-02CC, U+02CE-02D7, U+02DD-02FF, U+1E00-1E9F, U+1EF2-1EFF, U+20A0-20C0",
    },
  ],
});

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("site");
  const { ONCE_URL } = environment();
  return {
    ...(ONCE_URL === undefined ? {} : { metadataBase: new URL(ONCE_URL) }),
    title: { default: `${t("name")} · ${t("tagline")}`, template: `%s · ${t("name")}` },
    description: t("description"),
    applicationName: t("name"),
    // Pages that search engines may show say so themselves.
    robots: robotsFor(),
    icons: {
      icon: { url: "/icon.svg", type: "image/svg+xml" },
      apple: "/apple-touch-icon.png",
    },
    // Numbers on a receipt are no telephone numbers.
    formatDetection: { telephone: false, date: false, address: false, email: false },
  };
}

const PAPER = { light: "#f6f4ee", dark: "#101613" };

async function getTheme(): Promise<Theme> {
  return themeOf((await cookies()).get(THEME_COOKIE)?.value);
}

export async function generateViewport(): Promise<Viewport> {
  const theme = await getTheme();
  if (theme !== "system") return { colorScheme: theme, themeColor: PAPER[theme] };
  return {
    colorScheme: "light dark",
    themeColor: [
      { media: "(prefers-color-scheme: light)", color: PAPER.light },
      { media: "(prefers-color-scheme: dark)", color: PAPER.dark },
    ],
  };
}

/** The address that is asked for, and whether its page is one that needs the database. */
async function getAddress(): Promise<{ address: string; needsRecords: boolean }> {
  const address = (await headers()).get(ADDRESS_HEADER) ?? "/";
  const page = pageAt(address.split("?")[0] ?? "/");
  return { address, needsRecords: page !== undefined && !isShownWithoutRecords(page) };
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  const [locale, messages, t, { isKnown, viewer }, theme, zone, { address, needsRecords }] =
    await Promise.all([
      getLocale(),
      getMessages(),
      getTranslations("site"),
      findViewer(),
      getTheme(),
      getTimeZone(),
      getAddress(),
    ]);
  const { bar, menu, foot } = navigationFor(viewer?.role, isDemo());
  return (
    <html lang={locale} data-theme={theme} className={`${hanken.variable} ${hankenExtended.variable}`}>
      <body className="flex min-h-dvh flex-col">
        <a
          href="#content"
          className="sr-only rounded-xl bg-card px-4 py-3 font-semibold focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-10"
        >
          {t("skip")}
        </a>
        {isDemo() ? <DemoBanner /> : null}
        <Header isKnown={isKnown} viewerName={viewer?.name} bar={bar} menu={menu} signOut={signOut} />
        <main id="content" className="mx-auto w-full max-w-5xl px-4 pt-4 sm:px-6 sm:pt-8">
          {isKnown || needsRecords ? null : (
            <p
              role="status"
              className="mb-6 rounded-xl border border-wait-line bg-wait-wash p-4 text-sm text-wait-text"
            >
              {t("unreachable")}
            </p>
          )}
          {/* Only what client components say is sent along; the rest is words on the page already. */}
          <NextIntlClientProvider
            messages={{
              account: messages.account,
              activity: messages.activity,
              apiKeys: messages.apiKeys,
              checkout: messages.checkout,
              errors: messages.errors,
              outdated: messages.outdated,
              request: messages.request,
              merchantRequest: messages.merchantRequest,
              send: messages.send,
              topUp: messages.topUp,
              form: messages.form,
              payLink: messages.payLink,
              refund: messages.refund,
              selling: messages.selling,
              signIn: messages.signIn,
              signUp: messages.signUp,
              tour: messages.tour,
              where: messages.where,
            }}
          >
            <ViewerOfForms userId={viewer?.id}>
              {needsRecords && !isKnown ? <RecordsUnreachable address={address} /> : children}
            </ViewerOfForms>
          </NextIntlClientProvider>
        </main>
        <Footer links={foot} theme={theme} setLocale={setLocale} setTheme={setTheme} />
        <ReaderZone zone={zone} />
      </body>
    </html>
  );
}
