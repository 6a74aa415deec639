import { useTranslations } from "next-intl";
import { useWhen } from "@/components/site/when";
import { cn } from "@/components/ui/cn";

type ListedMail = {
  id: string;
  recipient: string;
  subject: string | undefined;
  state: "waiting" | "sent" | "given-up";
  at: string;
};

/** The mails of the demo, newest first; each leads to what it says. */
export function OutboxList({ mails, shownId }: { mails: ListedMail[]; shownId: string | undefined }) {
  const t = useTranslations("outbox");
  const when = useWhen();
  return (
    <ul className="divide-y divide-line">
      {mails.map(({ id, recipient, subject, state, at }) => (
        <li key={id}>
          {/* A document of its own: the styles of the mail in its frame need the nonce that the document came with. */}
          <a
            href={`/dev/outbox?mail=${id}`}
            aria-current={id === shownId ? "true" : undefined}
            className={cn(
              "-mx-2 flex min-h-16 flex-wrap items-center justify-between gap-x-4 rounded-xl px-2 py-2.5 hover:bg-wash",
              id === shownId && "bg-accent-wash",
            )}
          >
            <span className="min-w-0">
              <span className="block font-medium wrap-anywhere">{subject ?? t("notMade")}</span>
              <span className="block text-sm text-soft wrap-anywhere">
                <bdi>{recipient}</bdi>
              </span>
            </span>
            <span className="text-sm text-soft">{`${t(`state_${state}`)} · ${when(at)}`}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}
