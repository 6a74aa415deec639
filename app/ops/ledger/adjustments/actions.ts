"use server";

import { redirect } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import type { OpsAnswer, OpsFormState } from "@/components/ops/answer";
import { endAdjustment, requestAdjustment } from "@/db/ledger/adjustments";
import { approveAdjustment } from "@/db/payments/adjust";
import { uuid } from "@/lib/api/requests";
import { parseForm, refuseForm, troubled } from "@/lib/form/form-state";
import { adjustmentForm } from "@/lib/ops/adjustment-form";
import { reasonForm } from "@/lib/ops/reason";
import { formAction, troubleOf } from "@/server/http/form-action";
import { authorizeAction } from "@/server/identity/authorize";
import { whoOpened } from "@/server/identity/who-opened";
import { accountNamed, approvalRefusal } from "@/server/ops/adjustments";

const placeOf = (id: string) => `/ops/ledger/adjustments/${id}`;

/** The form once more, with `answer` above it. */
function answered(form: FormData, answer: OpsAnswer): OpsFormState {
  return { ...refuseForm(form, []), answer };
}

/** Asks for a correction, once for each form; another operator then approves it. Moves nothing. */
export async function askAdjustment(_previous: OpsFormState, form: FormData): Promise<OpsFormState> {
  return formAction(
    "askAdjustment",
    async () => {
      const authorization = await authorizeAction("askAdjustment", whoOpened(form));
      if (!authorization.ok) return troubled(form, troubleOf(authorization));
      const [t, locale] = await Promise.all([getTranslations("opsLedger"), getLocale()]);
      const parsed = parseForm(adjustmentForm(locale), form);
      if (!parsed.ok) return parsed.state;
      const { id, debit, credit, amountMinor, currency, reason } = parsed.value;
      const [debitAccountId, creditAccountId] = await Promise.all([
        accountNamed(debit, currency),
        accountNamed(credit, currency),
      ]);
      if (debitAccountId === undefined || creditAccountId === undefined)
        return refuseForm(form, [
          ...(debitAccountId === undefined ? [{ name: "debit", code: "account_unknown" }] : []),
          ...(creditAccountId === undefined ? [{ name: "credit", code: "account_unknown" }] : []),
        ]);
      const request = { id, debitAccountId, creditAccountId, amountMinor, currency, reason };
      const verdict = await requestAdjustment(authorization.viewer.id, request);
      if (verdict === "done" || verdict === "unchanged") redirect(placeOf(id));
      return answered(form, { tone: "alert", title: t("notAsked"), text: t(`ask_${verdict}`) });
    },
    (trouble) => troubled(form, trouble),
  );
}

/** Approves what another operator asked for: settled once, however often it is sent. The page of the request shows what became of it. */
export async function approveRequest(_previous: OpsFormState, form: FormData): Promise<OpsFormState> {
  return formAction<OpsFormState>(
    "approveRequest",
    async () => {
      const authorization = await authorizeAction("approveRequest", whoOpened(form));
      if (!authorization.ok) return troubled(form, troubleOf(authorization));
      const t = await getTranslations("opsLedger");
      const id = uuid.safeParse(form.get("id")).data;
      if (id === undefined)
        return answered(form, { tone: "alert", title: t("notDone"), text: t("not_adjustment_unknown") });
      const result = await approveAdjustment(authorization.viewer.id, id);
      if (result.type === "refused" && result.reason !== "adjustment_ended") {
        const text = t(`not_${approvalRefusal(result.reason)}`);
        return answered(form, { tone: "alert", title: t("notDone"), text });
      }
      if (result.type === "capped")
        return answered(form, { tone: "alert", title: t("notDone"), text: t("not_capped") });
      redirect(placeOf(id));
    },
    (trouble) => troubled(form, trouble),
    // Not known, and looked into by the next press: of the same request it finds out.
  ).then(async (state) => (state.trouble?.code === "unavailable" ? checking(form) : state));
}

async function checking(form: FormData): Promise<OpsFormState> {
  const t = await getTranslations("opsLedger");
  return answered(form, { tone: "checking", title: t("checking"), text: t("checkingText") });
}

/** Ends the request that `form` names as `actorId`, without moving anything. */
async function end(actorId: string, to: "refused" | "withdrawn", form: FormData): Promise<OpsFormState> {
  const parsed = parseForm(reasonForm, form);
  if (!parsed.ok) return parsed.state;
  const t = await getTranslations("opsLedger");
  const id = uuid.safeParse(form.get("id")).data;
  if (id === undefined)
    return answered(form, { tone: "alert", title: t("notEnded"), text: t("end_unknown_request") });
  const verdict = await endAdjustment(actorId, id, to, parsed.value.reason);
  // Whatever it ended as, the page of the request shows.
  if (verdict === "done" || verdict === "unchanged" || verdict === "decided") redirect(placeOf(id));
  return answered(form, { tone: "alert", title: t("notEnded"), text: t(`end_${verdict}`) });
}

/** Refuses what another operator asked for, with a reason. */
export async function refuseRequest(_previous: OpsFormState, form: FormData): Promise<OpsFormState> {
  return formAction(
    "refuseRequest",
    async () => {
      const authorization = await authorizeAction("refuseRequest", whoOpened(form));
      if (!authorization.ok) return troubled(form, troubleOf(authorization));
      return end(authorization.viewer.id, "refused", form);
    },
    (trouble) => troubled(form, trouble),
  );
}

/** Withdraws what one asked for oneself, with a reason. */
export async function withdrawRequest(_previous: OpsFormState, form: FormData): Promise<OpsFormState> {
  return formAction(
    "withdrawRequest",
    async () => {
      const authorization = await authorizeAction("withdrawRequest", whoOpened(form));
      if (!authorization.ok) return troubled(form, troubleOf(authorization));
      return end(authorization.viewer.id, "withdrawn", form);
    },
    (trouble) => troubled(form, trouble),
  );
}
