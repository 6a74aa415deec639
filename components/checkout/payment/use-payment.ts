"use client";

import { unstable_isUnrecognizedActionError } from "next/navigation";
import { useCallback, useEffect, useLayoutEffect, useReducer, useRef } from "react";
import type { Purpose } from "@/lib/api/payment";
import type { PaymentResponse } from "@/lib/api/payment-response";
import { pollTimeoutMs } from "@/lib/pay/checking";
import { endpointOf } from "@/lib/pay/place";
import { readPaymentResponse } from "@/lib/pay/read-response";
import type { PayEvent, Payload, PayState, Press } from "@/lib/pay/state";
import { awaitsPayer, needsKey, nextState, pressableKey, pressedAnew, START } from "@/lib/pay/state-machine";
import { checkPress } from "./check-press";
import { endFirstPaint, firstPress } from "./first-paint";
import { payOverHttp } from "./key-api";
import { openForm } from "./open-form";
import { forgetStored, readStored, storageName, storeKey, storePress } from "./stored-press";

/** A payment takes milliseconds. Past this the action may be hung, and polling over HTTP finds out sooner. */
const ACTION_DEADLINE_MS = 8_000;

/** Issuing is get-or-create, so asking again is free of risk; a payer should not see a transient failure. */
const ISSUE_RETRIES = 2;
const ISSUE_RETRY_DELAY_MS = 400;

export type PaymentForm = {
  state: PayState;
  /** Presses Pay, where it can be pressed; a second press in the same moment does nothing. */
  press: () => void;
  payNow: () => void;
  cancelForCertain: () => void;
  reopen: () => void;
};

/**
 * Runs the payment state machine (lib/pay/state-machine.ts) for one purpose: fetches the key, stores the press, pays through the server
 * action, and checks over HTTP whatever was left unknown.
 *
 * `payThroughAction` calls the server action with the press's key and payload, which the API takes as well. `purpose` and
 * `payload` must be one object each for the life of the form.
 */
export function usePayment(options: {
  userId: string;
  purpose: Purpose;
  /** What is paid, as the page shows it. */
  payload: Payload;
  payThroughAction: (press: Press) => Promise<PaymentResponse>;
}): PaymentForm {
  const { userId, purpose, payload, payThroughAction } = options;
  const endpoint = endpointOf(purpose);
  const name = storageName(userId, purpose);
  const [state, dispatch] = useReducer(nextState, START);

  useFirstPaint(name, state, dispatch);
  useStoredPress(name, state);
  useKey({ userId, purpose, payload }, name, state, dispatch);
  useClock(state, dispatch);
  useRestored(name, state, dispatch);
  useCheck(userId, endpoint, state, dispatch);

  /** Sent once: checking sends again, after it has read the key's state. */
  const send = async (pressed: Press): Promise<PayEvent> => {
    try {
      return readPaymentResponse(pressed.key, await payThroughAction(pressed), Date.now());
    } catch (error) {
      // This page is older than the server: the action never ran. The HTTP API takes the same key.
      if (unstable_isUnrecognizedActionError(error)) return payOverHttp(userId, endpoint, pressed);
      return { type: "unknown", key: pressed.key };
    }
  };

  // React renders after the second click of a double click: the ref is set at once.
  const pressedKey = useRef<string | undefined>(undefined);
  const heldKey = pressableKey(state);
  useEffect(() => {
    if (heldKey !== undefined) pressedKey.current = undefined;
  }, [heldKey]);

  const press = (): void => {
    if (heldKey === undefined || pressedKey.current === heldKey) return;
    pressedKey.current = heldKey;
    const pressed: Press = { key: heldKey, payload, pressedAtMs: Date.now() };
    storePress(name, pressed);
    dispatch({ type: "pressed", press: pressed });
    // An answer after the deadline still arrives; the machine takes it, as a fact about its key.
    void send(pressed).then(dispatch);
  };

  const payNow = (): void => {
    if (!awaitsPayer(state)) return;
    const pressedAtMs = Date.now();
    storePress(name, pressedAnew(state.press, pressedAtMs));
    dispatch({ type: "pay-now", pressedAtMs });
  };

  return {
    state,
    press,
    payNow,
    cancelForCertain: useCallback(() => dispatch({ type: "cancel" }), []),
    reopen: useCallback(() => dispatch({ type: "reopened" }), []),
  };
}

/**
 * Takes Pay over from the script of the first paint, once this form knows what a press would do: at once with that, so that every press
 * is one of either. A press that the script has sent meanwhile is under way.
 */
function useFirstPaint(name: string, state: PayState, dispatch: (event: PayEvent) => void): void {
  const isOpening = state.name === "opening";
  useLayoutEffect(() => {
    if (isOpening) return;
    const press = firstPress(name);
    endFirstPaint();
    if (press !== undefined) dispatch({ type: "press-under-way", press });
  }, [name, isOpening, dispatch]);
}

/** Keeps what is stored in step with the state. A press itself is stored before it is sent, not here. */
function useStoredPress(name: string, state: PayState): void {
  useEffect(() => {
    switch (state.name) {
      case "ready":
        // That there may have been a press is remembered until one of this page's own takes its place.
        if (state.notice.kind !== "maybe-under-way") storeKey(name, state.key);
        return;
      case "declined":
        if (state.next.step === "held") storeKey(name, state.next.key);
        else forgetStored(name);
        return;
      case "opening":
        // From the start, what is stored decides; after a void key there is nothing left to check.
        if (state.openingReason !== "start") forgetStored(name);
        return;
      case "paid":
        forgetStored(name);
        return;
      case "paying":
      case "checking":
      case "later":
      case "signed-out":
      case "unavailable":
        return;
      default:
        state satisfies never;
    }
  }, [name, state]);
}

/**
 * Fetches a key whenever the state wants one, and at no other time: nothing refetches on focus, reconnection or
 * remounting, and an answer is used once, so a spent key never comes out of a cache.
 */
function useKey(
  { userId, purpose, payload }: { userId: string; purpose: Purpose; payload: Payload },
  name: string,
  state: PayState,
  dispatch: (event: PayEvent) => void,
): void {
  // React's StrictMode runs effects twice: one state asks once.
  const asked = useRef<{ state: PayState; answer: Promise<PayEvent> }>(undefined);

  useEffect(() => {
    if (!needsKey(state)) return;
    if (asked.current?.state !== state)
      asked.current = { state, answer: openUntilAnswered(() => openForm(userId, purpose, payload, name)) };
    let isCurrent = true;
    void asked.current.answer.then((event) => {
      if (!isCurrent) return;
      // The same state may come again, after the page was kept by the browser: then the answer may be another.
      asked.current = undefined;
      dispatch(event);
    });
    return () => {
      isCurrent = false;
    };
  }, [userId, purpose, payload, name, state, dispatch]);
}

/** What `open` finds out, tried again where it throws. */
async function openUntilAnswered(open: () => Promise<PayEvent>, attempt = 0): Promise<PayEvent> {
  try {
    return await open();
  } catch {
    if (attempt === ISSUE_RETRIES) return { type: "issue-failed" };
    // Apart from each other, where many forms have failed at once.
    const delayMs = ISSUE_RETRY_DELAY_MS * 2 ** attempt * (0.5 + Math.random() / 2);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    return openUntilAnswered(open, attempt + 1);
  }
}

/** What happens by itself: the action's deadline, the end of a rate limit and of polling. */
function useClock(state: PayState, dispatch: (event: PayEvent) => void): void {
  useEffect(() => {
    if (state.name === "paying") {
      const { key } = state.press;
      const timer = setTimeout(() => dispatch({ type: "unknown", key }), ACTION_DEADLINE_MS);
      return () => clearTimeout(timer);
    }
    if (state.name === "checking" && state.stage === "polling") {
      const { press } = state;
      // Whatever keeps polling from an outcome, a bug of ours included, the payer gets to decide.
      const timer = setTimeout(
        () => dispatch({ type: "unreachable", key: press.key }),
        pollTimeoutMs(press, Date.now()),
      );
      return () => clearTimeout(timer);
    }
    if (state.name === "later") {
      const waitMs = Math.max(0, state.retryAtMs - Date.now());
      const timer = setTimeout(() => dispatch({ type: "retry-time-reached" }), waitMs);
      return () => clearTimeout(timer);
    }
    return undefined;
  }, [state, dispatch]);
}

/**
 * The return from the back/forward cache. A press that is stored is found again by a page that is loaded anew; in WebKit the one
 * that comes back goes on showing what it showed when it was left in the midst of it.
 */
function useRestored(name: string, state: PayState, dispatch: (event: PayEvent) => void): void {
  const isPressed = state.name === "paying" || state.name === "checking";
  useEffect(() => {
    const onPageShow = (event: PageTransitionEvent): void => {
      if (!event.persisted) return;
      if (isPressed && readStored(name).kind === "press") location.reload();
      else dispatch({ type: "restored" });
    };
    window.addEventListener("pageshow", onPageShow);
    return () => window.removeEventListener("pageshow", onPageShow);
  }, [name, isPressed, dispatch]);
}

/** While the state is checking, checks; when it moves on, stops. */
function useCheck(
  userId: string,
  endpoint: string,
  state: PayState,
  dispatch: (event: PayEvent) => void,
): void {
  useEffect(() => {
    if (state.name !== "checking") return;
    const { press, stage } = state;
    const moved = new AbortController();
    void checkPress({ userId, endpoint, press, stage, signal: moved.signal, report: dispatch });
    return () => moved.abort();
  }, [userId, endpoint, state, dispatch]);
}
