import Link from "next/link";
import { useTranslations } from "next-intl";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";

/** What the text that was searched for turned out to name. */
export type Understood =
  | { type: "payment" | "nothing" | "words"; text: string }
  | { type: "order"; text: string; paidBy: string | null }
  | { type: "account"; text: string; currency: string }
  | { type: "person"; text: string; id: string; name: string; handle: string }
  | { type: "key"; text: string };

/** Says how a search was understood, and leads to what it names. */
export function UnderstoodAs({
  subject,
  wordsHref,
  amount,
}: {
  subject: Understood;
  wordsHref: string;
  /** Set where the words can be an amount too: how it is written, and where it is searched for. */
  amount?: { text: string; href: string } | undefined;
}) {
  const t = useTranslations("opsPayments");
  const { text } = subject;
  return (
    <div
      role="status"
      className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-1 rounded-xl bg-wash px-4 py-2.5 text-sm"
    >
      <p className="min-w-0 wrap-anywhere">
        {inElements(
          subject.type === "person"
            ? t.rich("asPerson", { name: subject.name, handle: `@${subject.handle}`, bdi })
            : subject.type === "account"
              ? t("asAccount", { currency: subject.currency })
              : t.rich(`as_${subject.type}`, { text, bdi }),
        )}
      </p>
      <Leads subject={subject} wordsHref={wordsHref} />
      {amount === undefined ? null : (
        <Lead href={amount.href} text={t("searchAmount", { amount: amount.text })} />
      )}
    </div>
  );
}

const LINK =
  "inline-flex min-h-11 items-center font-semibold text-accent-text underline-offset-4 hover:underline";

function Leads({ subject, wordsHref }: { subject: Understood; wordsHref: string }) {
  const t = useTranslations("opsPayments");
  switch (subject.type) {
    case "payment":
      return <Lead href={`/ops/payments/${subject.text}`} text={t("openPayment")} />;
    case "order":
      return subject.paidBy === null ? null : (
        <Lead href={`/ops/payments/${subject.paidBy}`} text={t("openPaidBy")} />
      );
    case "account":
      return <Lead href={`/ops/ledger/accounts/${subject.text}`} text={t("openAccount")} />;
    case "person":
      return (
        <>
          <Lead href={`/ops/people/${subject.id}`} text={t("openPerson")} />
          <Lead href={wordsHref} text={t("searchWords")} />
        </>
      );
    case "key":
      return <Lead href={`/ops/keys/${subject.text}`} text={t("openKey")} />;
    case "nothing":
      return <Lead href={`/ops/keys?key=${encodeURIComponent(subject.text)}`} text={t("lookUpKey")} />;
    case "words":
      return null;
    default:
      return subject satisfies never;
  }
}

function Lead({ href, text }: { href: string; text: string }) {
  return (
    <Link href={href} prefetch={false} className={LINK}>
      {text}
    </Link>
  );
}
