import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Section } from "@/components/home/section";
import { Panel } from "@/components/ui/panel";
import { KeyForm } from "@/components/where/key-form";
import { KeyOutcome, type KeyOutcomeProps } from "@/components/where/key-outcome";
import { MovementPicks, OpenKeyPicks } from "@/components/where/key-picks";
import { readAccountStates } from "@/db/activity/account-states";
import { findMovement } from "@/db/activity/find-movement";
import { readHistory } from "@/db/activity/history";
import { findOpenKey, listOpenKeys } from "@/db/activity/open-keys";
import { keyState } from "@/db/idempotency/state";
import { renderPayment } from "@/db/payments/views/render";
import { keyForm } from "@/lib/activity/find-key";
import { type FormState, parseForm, UNSENT } from "@/lib/form/form-state";
import { mayPayAgain } from "@/lib/pay/state-machine";
import { isBacked } from "@/server/http/flash";
import { problemOf } from "@/server/http/responses";
import { authorizePage } from "@/server/identity/authorize";
import type { Viewer } from "@/server/identity/viewer";
import { RecordsUnreachable, whileReachable } from "@/server/identity/while-reachable";

/** What is offered to pick from. */
const OPEN_KEYS_LISTED = 10;
const PAYMENTS_LISTED = 5;

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("where");
  return { title: t("title") };
}

/** "Where is my money?": what became of a key, in words, and an open one can be revoked for certain. To look writes nothing. */
export default async function WherePage({ searchParams }: Props) {
  const search = await searchParams;
  const typed = [search.key].flat()[0]?.trim() ?? "";
  const notice = search.notice === "revoked" || search.notice === "unknown" ? search.notice : undefined;
  const sent = new URLSearchParams({ key: typed });
  const address = new URLSearchParams({ ...(typed && { key: typed }), ...(notice && { notice }) });
  const parsed = typed === "" ? undefined : parseForm(keyForm, sent);
  const key = parsed?.ok ? parsed.value.key : undefined;
  let viewer: Viewer | undefined;
  try {
    viewer = await authorizePage("/where", `/where?${address}`);
  } catch (error) {
    // Who looks is not known: then nothing is said of a key but that.
    if (!(error instanceof Error && "code" in error && error.code === "RECORDS_UNREACHABLE")) throw error;
  }
  const [read, t] = await Promise.all([
    whileReachable("/where", async () => {
      if (viewer === undefined) throw new RecordsUnreachable();
      const [outcome, openKeys, recent] = await Promise.all([
        key === undefined ? undefined : outcomeOf(viewer.id, key),
        listOpenKeys(viewer.id, { limit: OPEN_KEYS_LISTED, arrivedOnly: false }),
        readAccountStates(viewer.id).then((accounts) =>
          readHistory(viewer.id, accounts, {}, { limit: PAYMENTS_LISTED }),
        ),
      ]);
      return { userId: viewer.id, outcome, openKeys, recent };
    }),
    getTranslations("where"),
  ]);
  // What was done is said where it was done just now; the state beside it is read anew.
  const isTrue = await isBacked(`/where?${address}`, read?.userId ?? "");
  const outcome = read === undefined ? ({ state: "unreachable" } as const) : read.outcome;
  const state: FormState =
    parsed === undefined ? UNSENT : parsed.ok ? { values: { key: typed }, errors: [] } : parsed.state;
  return (
    <div className="mx-auto grid w-full max-w-2xl grid-cols-1 gap-4 sm:gap-6">
      <div>
        <h1 className="text-title">{t("title")}</h1>
        <p className="mt-2 text-soft">{t("lead")}</p>
      </div>
      {key === undefined || outcome === undefined ? null : (
        <Panel aria-label={t("result")}>
          <KeyOutcome
            keyText={key}
            userId={read?.userId ?? ""}
            outcome={outcome}
            notice={isTrue ? notice : undefined}
          />
          <p className="mt-5 border-t border-line pt-4 text-xs break-all text-soft">
            <span className="mr-1">{t("key")}</span>
            <span className="font-mono">{key}</span>
          </p>
        </Panel>
      )}
      <Panel aria-label={t("look")}>
        <KeyForm state={state} />
      </Panel>
      {read === undefined ? null : (
        <>
          <Section title={t("yourKeys")}>
            {read.openKeys.length > 0 ? (
              <OpenKeyPicks openKeys={read.openKeys} />
            ) : (
              <p className="text-soft">{t("yourKeysNone")}</p>
            )}
          </Section>
          <Section title={t("latest")}>
            {read.recent.movements.length > 0 ? (
              <MovementPicks movements={read.recent.movements} />
            ) : (
              <p className="text-soft">{t("latestNone")}</p>
            )}
          </Section>
        </>
      )}
    </div>
  );
}

/** What is known of `key` for `userId`. To anybody but its user a key is void; what it moved on an account of theirs is shown as that. */
async function outcomeOf(userId: string, key: string): Promise<KeyOutcomeProps["outcome"]> {
  try {
    const record = await keyState(userId, key);
    if (record.state === "open") return { state: "open", openKey: await findOpenKey(userId, key) };
    const movement = await findMovement(userId, key);
    if (record.state === "void") return movement ? { state: "by-other", movement } : { state: "void" };
    if (!movement) throw new Error(`Bug: the payment of the settled key ${key} is not there.`);
    return {
      state: "settled",
      movement,
      mayPayAgain: mayPayAgain(renderPayment(record.payment).declineCode),
    };
  } catch (error) {
    // A bug is a bug; whatever else it was, nothing is known.
    if (problemOf(error, { page: "/where" }).type === "/problems/internal-error") throw error;
    return { state: "unreachable" };
  }
}
