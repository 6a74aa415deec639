import { useFormatter, useTranslations } from "next-intl";
import { Section } from "@/components/home/section";

type Request = {
  businessName: string;
  sells: string;
  state: "pending" | "approved" | "declined";
  decisionReason: string | null;
  decidedAt: Date | null;
  createdAt: Date;
};

/** What became of a request to be a merchant, and what it said. */
export function RequestState({ request }: { request: Request }) {
  const t = useTranslations("merchantRequest");
  const format = useFormatter();
  const { state, businessName, sells, decisionReason, decidedAt, createdAt } = request;
  const facts: [string, string][] = [
    [t("businessName"), businessName],
    [t("sells"), sells],
    ...(decisionReason === null ? [] : [[t("reason"), decisionReason] as [string, string]]),
  ];
  return (
    <Section title={t(`state_${state}`)}>
      <p role={state === "pending" ? "status" : undefined}>{t(`stateText_${state}`)}</p>
      <dl className="mt-4 grid gap-3 border-t border-line pt-4">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt className="text-sm text-soft">{name}</dt>
            <dd className="wrap-anywhere">
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
        <div>
          <dt className="text-sm text-soft">{t("askedAt")}</dt>
          <dd>{format.dateTime(createdAt, "moment")}</dd>
        </div>
        {decidedAt === null ? null : (
          <div>
            <dt className="text-sm text-soft">{t("decidedAt")}</dt>
            <dd>{format.dateTime(decidedAt, "moment")}</dd>
          </div>
        )}
      </dl>
    </Section>
  );
}
