import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { getFormatter, getLocale, getTranslations } from "next-intl/server";
import { Copyable } from "@/components/ops/copyable";
import { RevokeKeyForm } from "@/components/ops/keys/revoke-key-form";
import { PageHead } from "@/components/ops/page-head";
import { PersonLink, Timeline } from "@/components/ops/timeline";
import { Verdict } from "@/components/ops/verdict";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";
import { Panel } from "@/components/ui/panel";
import { type KeyDossier, readKey } from "@/db/idempotency/operators/find-key";
import { findListedKey, type ListedKey } from "@/db/idempotency/operators/list-keys";
import { findPaymentRow, type PaymentRow } from "@/db/payments/row";
import { uuid } from "@/lib/api/requests";
import { formatMoney } from "@/lib/money";
import { NOTE_MAX_LENGTH } from "@/lib/text/optional-note";
import { isBacked } from "@/server/http/flash";
import { authorizePage } from "@/server/identity/authorize";
import { keyActEvents, keyEvents, mayHaveMore, personOf, settledEvent } from "@/server/ops/timeline";
import { one, pathWith, type SearchParams } from "@/server/orders/list-query";
import { revokeKeyOfOther } from "../actions";

/** Answers after which nothing of that request is under way. */
const OVER: ReadonlySet<string> = new Set(["refused", "invalid", "mismatch"]);

type Props = { params: Promise<{ key: string }>; searchParams: Promise<SearchParams> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { key } = await params;
  const t = await getTranslations("opsKeys");
  return { title: `${t("columnKey")} ${key.slice(0, 8)}` };
}

/** What became of one key, whoever it was issued to: open, settled, or void for ever; and what is known of it. To look writes nothing. */
export default async function OpsKeyPage({ params, searchParams }: Props) {
  const [written, search] = await Promise.all([params, searchParams]);
  const parsed = uuid.safeParse(written.key);
  // What can be no key is told so where keys are looked up.
  if (!parsed.success) redirect(pathWith("/ops/keys", { key: plain(written.key) }));
  const key = parsed.data;
  const viewer = await authorizePage("/ops/keys/[key]", `/ops/keys/${key}`);
  const found = await readKey(key);
  const { state, owner, arrivals, acts } = found;
  const [payment, open, t] = await Promise.all([
    state === "settled" && owner ? findPaymentRow(owner.id, key) : undefined,
    state === "open" && owner ? findListedKey(owner.id, key) : undefined,
    getTranslations("opsKeys"),
  ]);
  const events = [
    ...(await keyEvents(key, arrivals, owner !== undefined)),
    ...(payment ? [await settledEvent(payment)] : []),
    ...(await keyActEvents(acts)),
  ].sort((one_, other) => (one_.at < other.at ? -1 : one_.at > other.at ? 1 : 0));
  const isRevokedNow =
    one(search.done) === "revoked" && (await isBacked(`/ops/keys/${key}?done=revoked`, viewer.id));
  return (
    <div className="w-full max-w-4xl">
      <PageHead title={t("keyTitle")} />
      {isRevokedNow ? (
        <p role="status" className="mb-4 rounded-xl bg-wash px-4 py-3 font-medium">
          {t(state === "settled" ? "doneSettled" : "doneVoid")}
        </p>
      ) : null}
      <KeyVerdict found={found} payment={payment} />
      <Panel className="mb-6" aria-label={t("facts")}>
        <dl className="grid gap-y-3">
          <div>
            <dt className="text-sm text-soft">{t("columnKey")}</dt>
            <dd>
              <Copyable id={key} />
            </dd>
          </div>
          <div>
            <dt className="text-sm text-soft">{t("columnOwner")}</dt>
            <dd className="wrap-anywhere">
              <Owner owner={personOf(owner ?? null)} />
            </dd>
          </div>
          {open === undefined ? null : <OpenFacts open={open} />}
        </dl>
      </Panel>
      <Panel className="mb-6" aria-labelledby="timeline">
        <h2 id="timeline" className="mb-4 text-xl font-bold">
          {t("timeline")}
        </h2>
        <Timeline events={events} />
        {arrivals.length === 0 ? <p className="mt-4 text-sm text-soft">{t("noArrivals")}</p> : null}
        {mayHaveMore(arrivals) ? <p className="mt-4 text-sm text-soft">{t("arrivalsCut")}</p> : null}
        <p className="mt-5 border-t border-line pt-4 text-sm text-soft">{t("evidence")}</p>
      </Panel>
      {state !== "open" || owner === undefined ? null : (
        <Panel aria-labelledby="revoke">
          <h2 id="revoke" className="mb-2 text-xl font-bold">
            {t("revoke")}
          </h2>
          {owner.id === viewer.id ? (
            <p>
              <Link href={`/where?key=${key}`} prefetch={false} className="underline underline-offset-4">
                {t("ownKey")}
              </Link>
            </p>
          ) : (
            <>
              <p className="mb-4 max-w-prose text-soft">{t("revokeText")}</p>
              <RevokeKeyForm
                revoke={revokeKeyOfOther}
                userId={owner.id}
                keyText={key}
                words={{
                  label: t("revoke"),
                  reason: t("reason"),
                  reasonHint: t("reasonHint"),
                  submit: t("revokeForCertain"),
                  errors: {
                    reason: t("error_reason", { length: NOTE_MAX_LENGTH }),
                    not_operator: t("error_not_operator"),
                    self: t("error_self"),
                  },
                }}
              />
            </>
          )}
        </Panel>
      )}
    </div>
  );
}

/** A piece of an address as it was typed. */
function plain(piece: string): string {
  try {
    return decodeURIComponent(piece);
  } catch {
    return piece;
  }
}

async function KeyVerdict({ found, payment }: { found: KeyDossier; payment: PaymentRow | undefined }) {
  const [t, format, locale] = await Promise.all([getTranslations("opsKeys"), getFormatter(), getLocale()]);
  if (payment !== undefined) {
    const amount = formatMoney(payment.amountMinor, payment.currency, locale);
    const isPaid = payment.status === "succeeded";
    return (
      <Verdict
        tone={isPaid ? "good" : "alert"}
        sentence={t(isPaid ? "verdictPaid" : "verdictDeclined", { amount })}
      >
        <p className="mt-1">
          <Link
            href={`/ops/payments/${payment.id}`}
            prefetch={false}
            className="inline-flex min-h-11 items-center font-semibold underline underline-offset-4"
          >
            {t("openPayment")}
          </Link>
        </p>
      </Verdict>
    );
  }
  if (found.state === "open") {
    // What was refused is over; anything else may be on its way.
    const isChecking = found.arrivals.some(({ verdict }) => !OVER.has(verdict));
    return (
      <Verdict tone="wait" sentence={t(isChecking ? "verdictChecking" : "verdictOpen")}>
        <p className="mt-1">{t("verdictOpenText")}</p>
      </Verdict>
    );
  }
  const revoked = found.acts.at(0);
  return (
    <Verdict tone="alert" sentence={t("verdictVoid")}>
      {revoked === undefined ? null : (
        <p className="mt-1 font-semibold wrap-anywhere">
          {inElements(
            t.rich("verdictRevoked", {
              who: revoked.by?.name ?? t("anOperator"),
              when: format.dateTime(revoked.at, "moment"),
              reason: revoked.reason,
              bdi,
            }),
          )}
        </p>
      )}
      <p className="mt-1">
        {t(
          found.arrivals.length > 0
            ? "verdictVoidArrived"
            : revoked === undefined
              ? "verdictVoidText"
              : "verdictRevokedText",
        )}
      </p>
    </Verdict>
  );
}

async function Owner({ owner }: { owner: ReturnType<typeof personOf> }) {
  const t = await getTranslations("opsKeys");
  return owner === undefined ? (
    <span className="text-soft">{t("noOwner")}</span>
  ) : (
    <PersonLink person={owner} />
  );
}

async function OpenFacts({ open }: { open: ListedKey }) {
  const [t, format, locale] = await Promise.all([getTranslations("opsKeys"), getFormatter(), getLocale()]);
  const { order } = open;
  return (
    <>
      <div>
        <dt className="text-sm text-soft">{t("columnPurpose")}</dt>
        <dd>
          <span className="block font-medium">{t(`purpose_${open.kind}`)}</span>
          {order === null ? null : (
            <span className="block wrap-anywhere">
              <bdi className="mr-2">{order.description}</bdi>
              <span className="figures">{formatMoney(order.totalMinor, order.currency, locale)}</span>
            </span>
          )}
          <Copyable id={open.purposeId} />
        </dd>
      </div>
      {open.subjectId === null ? null : (
        <div>
          <dt className="text-sm text-soft">{t("refundOf")}</dt>
          <dd>
            <Link
              href={`/ops/payments/${open.subjectId}`}
              prefetch={false}
              className="inline-flex min-h-11 items-center font-mono text-sm wrap-anywhere underline underline-offset-4"
            >
              {open.subjectId}
            </Link>
          </dd>
        </div>
      )}
      <div>
        <dt className="text-sm text-soft">{t("lastOpened")}</dt>
        <dd className="figures">{format.dateTime(open.openedAt, "instant")}</dd>
      </div>
      <div>
        <dt className="text-sm text-soft">{t("expires")}</dt>
        <dd className="figures">{format.dateTime(open.expiresAt, "instant")}</dd>
      </div>
    </>
  );
}
