/**
 * The form of a checkout in React's development build and StrictMode, which mounts everything twice: `mountCheckout` is called by the page
 * that strict-mode.spec.ts serves. Speaks to the server under test as the page itself does.
 */
import { AppRouterContext } from "next/dist/shared/lib/app-router-context.shared-runtime";
import { NextIntlClientProvider } from "next-intl";
import { createElement, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { PayForm } from "../../components/checkout/pay-form.tsx";
import type { PaymentResponse } from "../../lib/api/payment-response.ts";
import type { PayInput } from "../../lib/pay/state.ts";
import messages from "../../messages/en.json";

async function payNow({ userId, key, payload }: PayInput): Promise<PaymentResponse> {
  const response = await fetch("/api/payments", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "idempotency-key": `"${key}"`,
      "x-once-user": userId,
    },
    body: JSON.stringify(payload),
  });
  return { status: response.status, body: await response.json(), replayed: false };
}

const goTo = (href: string): void => location.assign(href);
const nothing = (): void => {};
const router = {
  back: nothing,
  forward: nothing,
  refresh: nothing,
  hmrRefresh: nothing,
  push: goTo,
  replace: goTo,
  prefetch: nothing,
};

function mountCheckout(userId: string, orderId: string): void {
  const form = {
    userId,
    userName: "Alice",
    otherName: "Bluebird Coffee",
    purpose: { kind: "order", orderId } as const,
    payload: { orderId, amountMinor: "3800", currency: "USD" },
    currency: "USD",
    amount: "$38.00",
    returnTo: `/checkout/${orderId}`,
    nonce: "",
    payNow,
  };
  const children = createElement(PayForm, form);
  const provided = createElement(NextIntlClientProvider, {
    locale: "en",
    messages,
    timeZone: "UTC",
    children,
  });
  const routed = createElement(AppRouterContext.Provider, { value: router as never }, provided);
  createRoot(document.body).render(createElement(StrictMode, null, routed));
}

Object.assign(globalThis, { mountCheckout });
