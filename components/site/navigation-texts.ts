import { useTranslations } from "next-intl";
import type en from "@/messages/en.json";

type NavigationKey = keyof (typeof en)["navigation"];
/** A link of a menu, as server/identity/navigation.ts chooses it. */
export type NavigationLink = { key: NavigationKey; path: string };

/** What a link of a menu is called. */
export function useNavigationTexts(): (key: NavigationKey) => string {
  const t = useTranslations("navigation");
  return (key) => t(`${key}`);
}
