import { useTranslations } from "next-intl";
import type messages from "@/messages/en.json";

type Texts = (typeof messages)["opsReconcile"];
type Name = keyof Texts extends infer Key ? (Key extends `check_${infer Rest}` ? Rest : never) : never;

/** Says what a check is about in the reader's language; in the words beside its SQL where these pages have none of their own. */
export function useCheckMeaning(): (name: string, meaning: string) => string {
  const t = useTranslations("opsReconcile");
  return (name, meaning) => {
    const one = name as Name;
    return t.has(`check_${one}`) ? t(`check_${one}`) : meaning;
  };
}
