import { useTranslations } from "next-intl";
import { Section } from "@/components/home/section";
import { Button } from "@/components/ui/button";

type Copy = {
  subject: string;
  text: string;
  html: string;
  attachments: { filename: string; contentType: string; base64: string }[];
};

/**
 * The HTML of a mail for a frame of this page: the frame has the page's policy, in which styles need its nonce, so those that
 * stand on elements become a style sheet. No script runs in the frame, and a link in it leads the whole page.
 */
function framed(html: string, nonce: string): string {
  const rules: string[] = [];
  const styled = html
    .replaceAll(/<style\b/g, `<style nonce="${nonce}"`)
    .replaceAll(/ style="([^"]*)"/g, (_all, style: string) => {
      rules.push(
        `.s${rules.length}{${style.replaceAll("&#39;", "'").replaceAll("&quot;", '"').replaceAll("&amp;", "&")}}`,
      );
      return ` class="s${rules.length - 1}"`;
    });
  const head = `<base target="_top"><style nonce="${nonce}">${rules.join("").replaceAll("<", "")}</style>`;
  return styled.includes("</head>") ? styled.replace("</head>", `${head}</head>`) : head + styled;
}

/** One mail of the demo: as HTML in a frame that may do nothing, as text, and its attachments. */
export function ShownMail({
  mail,
  copy,
  nonce,
}: {
  mail: { recipient: string; state: "waiting" | "sent" | "given-up"; reason: string | null };
  copy: Copy | undefined;
  nonce: string;
}) {
  const t = useTranslations("outbox");
  return (
    <Section title={copy?.subject ?? t("notMade")}>
      <p className="mb-4 flex flex-wrap gap-x-1.5 text-sm text-soft">
        <span>{t("to")}</span>
        <bdi className="wrap-anywhere">{mail.recipient}</bdi>
      </p>
      {mail.reason === null ? null : <p className="mb-4 text-sm text-alert-text">{mail.reason}</p>}
      {copy === undefined ? null : (
        <div className="grid grid-cols-1 gap-4">
          <iframe
            title={t("frame")}
            sandbox="allow-top-navigation-by-user-activation"
            srcDoc={framed(copy.html, nonce)}
            className="h-[34rem] w-full rounded-xl border border-line bg-white"
          />
          {copy.attachments.length === 0 ? null : (
            <ul className="flex flex-wrap gap-2">
              {copy.attachments.map(({ filename, contentType, base64 }) => (
                <li key={filename}>
                  <Button asChild look="quiet" size="small">
                    <a href={`data:${contentType};base64,${base64}`} download={filename}>
                      {filename}
                    </a>
                  </Button>
                </li>
              ))}
            </ul>
          )}
          <details>
            <summary className="min-h-11 cursor-pointer py-2.5 font-medium">{t("asText")}</summary>
            <pre
              // biome-ignore lint/a11y/noNoninteractiveTabindex: a text that is wider than the page is scrolled by keyboard, too.
              tabIndex={0}
              className="overflow-x-auto rounded-xl bg-wash p-4 text-sm whitespace-pre-wrap wrap-anywhere"
            >
              {copy.text}
            </pre>
          </details>
        </div>
      )}
    </Section>
  );
}
