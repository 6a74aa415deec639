/** Composes a mail of what was stored, in the language of the person it is for. */
import type { Locale } from "@/lib/locale";
import { translatorFor } from "../texts.ts";
import type { MailContent } from "./content.ts";
import { type Block, type MailMessage, makeMessage } from "./message.ts";
import { composeReceipt } from "./receipt-message.ts";

/** Composes a mail. Throws where what it is about cannot be read now; then it is tried again. */
export async function compose(content: MailContent, locale: Locale): Promise<MailMessage> {
  return content.kind === "receipt" ? composeReceipt(content, locale) : composeAboutAccount(content, locale);
}

/** Mails about an account. None says anything but its own links, and whose account it is about in words of that person. */
function composeAboutAccount(
  content: Exclude<MailContent, { kind: "receipt" }>,
  locale: Locale,
): MailMessage {
  const t = translatorFor(locale, "mail");
  const whose = ({ name, handle }: { name: string; handle: string }): Block => ({
    type: "facts",
    facts: [
      [t("name"), { quoted: name }],
      [t("handle"), { quoted: `@${handle}` }],
    ],
  });
  const make = (subject: string, title: string, ...blocks: Block[]): MailMessage =>
    makeMessage(locale, subject, [
      { type: "title", text: title },
      ...blocks,
      { type: "small", text: t("footer") },
    ]);
  const text = (words: string): Block => ({ type: "text", text: words });
  const link = (label: string, url: string): Block => ({ type: "link", label, url });
  switch (content.kind) {
    case "confirm-address":
      return make(
        t("confirm_subject"),
        t("confirm_title"),
        text(t("confirm_lead")),
        whose(content),
        link(t("confirm_open"), content.url),
        text(t("notYou")),
      );
    case "address-taken":
      return make(
        t("taken_subject"),
        t("taken_title"),
        text(content.isCurrent ? t("taken_lead") : t("taken_before")),
        link(t("taken_signIn"), content.signInUrl),
        link(t("taken_reset"), content.resetUrl),
        text(t("taken_notYou")),
      );
    case "reset-password":
      return make(
        t("reset_subject"),
        t("reset_title"),
        text(t("reset_lead")),
        whose(content),
        link(t("reset_open"), content.url),
        text(t("reset_notYou")),
      );
    case "password-changed":
      return make(
        t("changed_subject"),
        t("changed_title"),
        text(t("changed_lead")),
        whose(content),
        link(t("changed_open"), content.url),
      );
    case "change-address":
      return make(
        t("change_subject"),
        t("change_title"),
        text(t("change_lead")),
        whose(content),
        link(t("confirm_open"), content.url),
        text(t("notYou")),
      );
    case "address-changed":
      return make(
        t("moved_subject"),
        t("moved_title"),
        text(t("moved_lead")),
        whose(content),
        text(t("moved_notYou")),
        link(t("moved_open"), content.url),
      );
    default:
      return content satisfies never;
  }
}
