"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Mark } from "@/components/site/mark";
import { Button } from "@/components/ui/button";
import type { Purpose } from "@/lib/api/payment";
import type { PaymentResponse } from "@/lib/api/payment-response";
import type { ProblemName } from "@/lib/api/problems";
import { placeOf } from "@/lib/pay/place";
import type { NextKey, PayInput, Payload, PayQuestion, PayState } from "@/lib/pay/state";
import { awaitsPayer, pressableKey } from "@/lib/pay/state-machine";
import { DeclineAlert, RefusedAlert } from "./alerts";
import { AskedFirst } from "./asked-first";
import { ContinueWithoutScript } from "./continue-without-script";
import { type Asked, askFirst } from "./payment/ask-first";
import { FIRST_PAINT_SCRIPT, type Opening } from "./payment/first-paint";
import { storageName } from "./payment/stored-press";
import { usePayment } from "./payment/use-payment";
import { PlainForm } from "./plain-form";
import { Status } from "./status";

export type PayFormProps = {
  userId: string;
  userName: string;
  /** The other party, which a decline speaks of: who is paid, or paid back. */
  otherName: string;
  purpose: Purpose;
  /** What a press asks for: the body of the request to the API (lib/pay/place.ts says which). */
  payload: Payload;
  /** What travels along where the form is sent without React, and is not paid. */
  beside?: Payload;
  /**
   * Asked at a press, before it is stored or sent. Where it says so, nothing is: the page is shown anew, and asks the payer
   * something first. Without an answer nothing is sent, and the payer is told so.
   */
  asksFirst?: (question: PayQuestion) => Promise<boolean | ProblemName>;
  currency: string;
  /** The amount for people, formatted on the server: both sides then show the same characters. */
  amount: string;
  /** The page that the form stands on, with all that it shows: where whoever has to sign in first comes back to. */
  returnTo: string;
  /** Of the page's policy (proxy.ts), for the script of the first paint. */
  nonce: string;
  payNow: (input: PayInput) => Promise<PaymentResponse>;
};

/**
 * Pay for one purpose, whichever: the button, and everything that a payer is told about what became of the press. A page
 * that shows another amount, or another party, of the same purpose begins anew: a press of before is revoked first.
 */
export function PayForm(props: PayFormProps) {
  return <FormOfPayload key={JSON.stringify([props.userId, props.purpose, props.payload])} {...props} />;
}

function FormOfPayload(props: PayFormProps) {
  const { userId, userName, otherName, currency, amount, returnTo, nonce, ...rest } = props;
  const t = useTranslations("checkout");
  const router = useRouter();
  // One object each for the life of the form: a refreshed page brings equal ones.
  const [{ purpose, payload }] = useState(rest);
  const { kind } = purpose;
  const { state, press, payNow, cancelForCertain, reopen } = usePayment({
    userId,
    purpose,
    payload,
    payThroughAction: ({ key, payload: pressed }) => rest.payNow({ userId, key, purpose, payload: pressed }),
  });

  const [asked, setAsked] = useState<Asked | "asking">();
  const isAsking = useRef(false);
  const pressOrAsk = async (carryOut: () => void): Promise<void> => {
    const { asksFirst } = rest;
    if (asksFirst === undefined) return carryOut();
    if (isAsking.current) return;
    isAsking.current = true;
    setAsked("asking");
    const answer = await askFirst(() => asksFirst({ userId, purpose, payload, beside: rest.beside ?? {} }));
    isAsking.current = false;
    setAsked(answer);
    if (answer === "something") router.refresh();
    else if (answer === "nothing") carryOut();
  };

  const receiptPath = state.name === "paid" ? `/payments/${state.payment.id}` : undefined;
  useEffect(() => {
    if (receiptPath !== undefined) router.replace(receiptPath);
  }, [receiptPath, router]);

  const send = (event: FormEvent<HTMLFormElement>): void => {
    // Until a key is held here, the script of the first paint has Pay in hand, and the way without script leads on by itself.
    const { submitter } = event.nativeEvent as SubmitEvent;
    if (state.name === "opening" || submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    void pressOrAsk(press);
  };

  return (
    <PlainForm userId={userId} purpose={purpose} payload={payload} beside={rest.beside} onSubmit={send}>
      <div className="contents noscript:hidden">
        <DeclineAlert state={state} otherName={otherName} currency={currency} amount={amount} />
        <RefusedAlert state={state} kind={kind} otherName={otherName} />
        <Status state={state} kind={kind} userName={userName} amount={amount} />
        <AskedFirst asked={asked} kind={kind} returnTo={returnTo} />

        {state.name === "paid" ? (
          <Button asChild size="large">
            {/* A plain link: it works even where the way there by script did not. */}
            <a href={receiptPath}>{t("receipt")}</a>
          </Button>
        ) : null}
        {state.name === "checking" ? (
          <p className="text-center">
            <a
              href={`/where?key=${state.press.key}`}
              className="inline-flex min-h-11 items-center font-medium text-accent-text underline-offset-4 hover:underline"
            >
              {t("whereIsIt")}
            </a>
          </p>
        ) : null}
        {awaitsPayer(state) ? (
          <div className="flex flex-col gap-3 sm:flex-row">
            <Button size="large" onClick={() => void pressOrAsk(payNow)}>
              {t(`now_${kind}`)}
            </Button>
            <Button size="large" look="quiet" onClick={cancelForCertain}>
              {t("cancel")}
            </Button>
          </div>
        ) : null}
        {state.name === "unavailable" || nextKeyStep(state) === "failed" ? (
          <Button size="large" look="quiet" onClick={reopen}>
            {t("tryAgain")}
          </Button>
        ) : null}
        {state.name === "signed-out" ? (
          <Button asChild size="large">
            <a href={`/sign-in?next=${encodeURIComponent(returnTo)}`}>{t("signIn")}</a>
          </Button>
        ) : null}
      </div>
      {showsPay(state) ? (
        <>
          <Button
            type="submit"
            size="large"
            className="group peer noscript:hidden"
            // Once it can be pressed it only ever locks: a button that is disabled while it has the focus loses it.
            disabled={state.name === "opening"}
            aria-disabled={pressableKey(state) === undefined}
            // The script of the first paint may have opened it by now.
            suppressHydrationWarning
          >
            {state.name === "checking" || !isBusy(state) ? null : (
              <span className="appear-late hidden group-aria-disabled:inline">
                <Mark motion="turn" className="size-5!" />
              </span>
            )}
            <span>{t(`pay_${kind}`, { amount })}</span>
          </Button>
          <p
            className="min-h-10 text-center text-sm text-soft noscript:hidden"
            aria-hidden={state.name === "paying"}
          >
            {state.name === "paying" ? t("paying") : t(`promise_${kind}`)}
          </p>
        </>
      ) : null}
      {mayContinueWithoutScript(state) ? (
        <ContinueWithoutScript place={placeOf(purpose)} isDelayed={state.name === "opening"} />
      ) : null}
      <FirstPaint
        nonce={nonce}
        opening={{
          name: storageName(userId, purpose),
          userId,
          purpose,
          payload,
          asksFirst: rest.asksFirst !== undefined,
        }}
      />
    </PlainForm>
  );
}

const NEVER_CHANGES = () => () => {};

/** The script that opens Pay before React does, in the HTML that the server sends and nowhere else: React runs no scripts. */
function FirstPaint({ nonce, opening }: { nonce: string; opening: Opening }) {
  const isInHtml = useSyncExternalStore(
    NEVER_CHANGES,
    () => false,
    () => true,
  );
  if (!isInHtml) return null;
  return (
    <script
      nonce={nonce}
      data-opening={JSON.stringify(opening)}
      // biome-ignore lint/security/noDangerouslySetInnerHtml: the script is our own, word for word; what differs stands in the attribute.
      dangerouslySetInnerHTML={{ __html: FIRST_PAINT_SCRIPT }}
      // Browsers hide the nonce, and the browser's bundle does without the text.
      suppressHydrationWarning
    />
  );
}

/** Whether paying without script is offered: without a key or an outcome, and while opening, where scripts may never load. */
function mayContinueWithoutScript(state: PayState): boolean {
  if (state.name === "checking") return state.stage === "unreachable";
  return state.name === "opening" || state.name === "unavailable" || nextKeyStep(state) === "failed";
}

function nextKeyStep(state: PayState): NextKey["step"] | undefined {
  return state.name === "declined" ? state.next.step : undefined;
}

/** Whether something is under way that ends by itself. */
function isBusy(state: PayState): boolean {
  if (state.name === "checking") return !awaitsPayer(state);
  return state.name === "opening" || state.name === "paying" || nextKeyStep(state) === "fetching";
}

/** Whether the button stands there at all, enabled or locked. */
function showsPay(state: PayState): boolean {
  switch (state.name) {
    case "opening":
    case "ready":
    case "paying":
    case "later":
      return true;
    case "checking":
      return !awaitsPayer(state);
    case "declined":
      return state.next.step === "fetching" || state.next.step === "held";
    case "paid":
    case "unavailable":
    case "signed-out":
      return false;
    default:
      return state satisfies never;
  }
}
