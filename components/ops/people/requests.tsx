import { useTranslations } from "next-intl";
import { Badge } from "@/components/ops/badge";
import { ReasonedAct } from "@/components/ops/reasoned-act";
import { useWhen } from "@/components/site/when";
import type { FormState } from "@/lib/form/form-state";
import type { ActWords } from "@/lib/ops/acts";
import { isolateBidi } from "@/lib/text/bidi-isolate";

type Request = {
  id: string;
  businessName: string;
  sells: string;
  state: "pending" | "approved" | "declined";
  decisionReason: string | null;
  createdAt: Date;
  decidedAt: Date | null;
};

const LOOKS = { pending: "wait", approved: "good", declined: "plain" } as const;

/** What a person has asked, newest first: to be a merchant, under which name, and what became of it. */
export function Requests({
  requests,
  isPayer,
  words,
  act,
}: {
  requests: Request[];
  /** Nobody else becomes a merchant by a request: the others are one, or an operator. */
  isPayer: boolean;
  words: ActWords;
  /** Undefined where nobody may: nobody acts upon themselves. */
  act: ((previous: FormState, form: FormData) => Promise<FormState>) | undefined;
}) {
  const t = useTranslations("opsPeople");
  const when = useWhen();
  return (
    <ul className="divide-y divide-line">
      {requests.map(({ id, businessName, sells, state, decisionReason, createdAt, decidedAt }) => (
        <li key={id} className="py-3 first:pt-0 last:pb-0">
          <p className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
            <bdi className="font-semibold wrap-anywhere">{businessName}</bdi>
            <Badge look={LOOKS[state]}>{t(`request_${state}`)}</Badge>
          </p>
          <p className="mt-1 wrap-anywhere">
            <bdi>{sells}</bdi>
          </p>
          <p className="mt-1 text-sm text-soft">
            {[
              t("asked", { when: when(createdAt.toISOString()) }),
              decidedAt && t("decidedOn", { when: when(decidedAt.toISOString()) }),
            ]
              .filter(Boolean)
              .join(" · ")}
          </p>
          {decisionReason === null ? null : (
            <p className="mt-1 text-sm text-soft wrap-anywhere">
              <bdi>{decisionReason}</bdi>
            </p>
          )}
          {act === undefined || state !== "pending" ? null : (
            <div className="mt-1 flex flex-col">
              {isPayer ? (
                <ReasonedAct
                  id={`approve-${id}`}
                  act="decide"
                  action={act}
                  fields={{ requestId: id, to: "approved" }}
                  what={t("approve")}
                  text={t("approveText", { name: isolateBidi(businessName) })}
                  forCertain={t("approveForCertain")}
                  words={words}
                  isDangerous={false}
                />
              ) : (
                <p className="text-sm text-soft">{t("nothingToApprove")}</p>
              )}
              <ReasonedAct
                id={`decline-${id}`}
                act="decide"
                action={act}
                fields={{ requestId: id, to: "declined" }}
                what={t("decline")}
                text={t(isPayer ? "declineText" : "declineTextNoPayer")}
                forCertain={t("declineForCertain")}
                words={words}
              />
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}
