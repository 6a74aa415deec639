import { ChevronRight, KeyRound, type LucideIcon, Mail, Store, UserRound } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { Panel } from "@/components/ui/panel";
import { authorizePage } from "@/server/identity/authorize";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("settings");
  return { title: t("title") };
}

/** Everything that somebody can set, each with what it is about. */
export default async function SettingsPage() {
  await authorizePage("/settings", "/settings");
  const t = await getTranslations("settings");
  const entries: { href: string; icon: LucideIcon; title: string; text: string }[] = [
    { href: "/settings/account", icon: UserRound, title: t("account"), text: t("accountText") },
    { href: "/settings/mail", icon: Mail, title: t("mail"), text: t("mailText") },
    { href: "/settings/merchant", icon: Store, title: t("merchant"), text: t("merchantText") },
    { href: "/settings/api-keys", icon: KeyRound, title: t("apiKeys"), text: t("apiKeysText") },
  ];
  return (
    <div className="mx-auto grid w-full max-w-2xl grid-cols-1 gap-4 sm:gap-6">
      <h1 className="text-title">{t("title")}</h1>
      <Panel className="py-2 sm:py-3">
        <ul className="divide-y divide-line">
          {entries.map(({ href, icon: Icon, title, text }) => (
            <li key={href}>
              <Link
                href={href}
                className="-mx-2 flex min-h-16 items-center gap-4 rounded-xl px-2 py-3 hover:bg-wash"
              >
                <Icon aria-hidden="true" className="size-5 shrink-0 text-accent-text" />
                <span className="min-w-0 flex-1">
                  <span className="block font-medium">{title}</span>
                  <span className="block text-sm text-soft">{text}</span>
                </span>
                <ChevronRight aria-hidden="true" className="size-5 shrink-0 text-faint" />
              </Link>
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}
