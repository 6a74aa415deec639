"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { issueKey, payOverHttp } from "@/components/checkout/payment/key-api";
import { OpenedAs } from "@/components/form/opened-as";
import { Button } from "@/components/ui/button";
import type { Press } from "@/lib/pay/state";

type Proof = { received: number; charged: number };

export type TourProps = {
  userId: string;
  /** The order of this form: begun twice, it is one. */
  orderId: string;
  sku: string;
  amountMinor: string;
  currency: string;
  /** The amount for people, formatted on the server. */
  amount: string;
  createDemoOrder: (form: FormData) => Promise<void>;
  startTour: (orderId: string, userId: string) => Promise<string | undefined>;
  readTour: (key: string, userId: string) => Promise<Proof | undefined>;
};

/** After the last press, long enough to see that nothing more comes. */
const LAST_PRESS_MS = 900;

/**
 * The promise, to be tried: a real order of the demo, a real key, and a button that does not hold back. Each press is a request
 * of its own that asks to pay; the server says what became of them. Without scripts the form leads to the order's checkout.
 */
export function Tour(props: TourProps) {
  const t = useTranslations("tour");
  const [step, setStep] = useState<"start" | "opening" | "open" | "failed">("start");
  const [press, setPress] = useState<Press>();
  const orderId = press?.payload.orderId;
  return (
    <>
      {press === undefined ? (
        <form
          action={props.createDemoOrder}
          onSubmit={(event) => {
            event.preventDefault();
            if (step === "opening") return;
            setStep("opening");
            open(props).then(
              (opened) => {
                setPress(opened);
                setStep(opened === undefined ? "failed" : "open");
              },
              () => setStep("failed"),
            );
          }}
        >
          <OpenedAs />
          <input type="hidden" name="sku" value={props.sku} />
          <input type="hidden" name="orderId" value={props.orderId} />
          <Button type="submit" aria-disabled={step === "opening"}>
            {t("begin")}
          </Button>
        </form>
      ) : (
        <Presses key={orderId} {...props} press={press} />
      )}
      <p role="status" className="mt-3 text-sm text-wait-text empty:hidden">
        {step === "failed" ? t("failed") : null}
      </p>
    </>
  );
}

/** Where this tab keeps the tour's order, so that after a reload the tour goes on with it. */
const STORED_ORDER = "once-tour-order";

/** Storage may be blocked: then a reload begins anew. */
function storedOrder(): string | undefined {
  try {
    return sessionStorage.getItem(STORED_ORDER) ?? undefined;
  } catch {
    return undefined;
  }
}

function storeOrder(id: string): void {
  try {
    sessionStorage.setItem(STORED_ORDER, id);
  } catch {
    // As if it had not been asked for.
  }
}

/** Puts the order and gets its key; undefined where there is none to be had, or it is paid already. */
async function open({
  userId,
  orderId,
  amountMinor,
  currency,
  startTour,
}: TourProps): Promise<Press | undefined> {
  // An order that is paid meanwhile is followed by the next one (server/orders/menu-order.ts).
  const id = await startTour(storedOrder() ?? orderId, userId);
  if (id === undefined) return undefined;
  storeOrder(id);
  const issued = await issueKey(userId, { kind: "order", orderId: id });
  if (issued.kind !== "open") return undefined;
  return { key: issued.key, payload: { orderId: id, amountMinor, currency }, pressedAtMs: Date.now() };
}

function Presses({ userId, amount, press, readTour }: TourProps & { press: Press }) {
  const t = useTranslations("tour");
  const [count, setCount] = useState(0);
  const [proof, setProof] = useState<Proof>();
  const [isUnknown, setUnknown] = useState(false);
  const last = useRef(0);
  const { refresh } = useRouter();

  async function send() {
    last.current += 1;
    const own = last.current;
    setCount(own);
    const [event] = await Promise.all([
      payOverHttp(userId, "/api/payments", press),
      new Promise((resolve) => setTimeout(resolve, LAST_PRESS_MS)),
    ]);
    // Only after the last press: what the server has received by then is all there is.
    if (own !== last.current) return;
    const found =
      event.type === "settled" ? await readTour(press.key, userId).catch(() => undefined) : undefined;
    if (own !== last.current) return;
    setUnknown(found === undefined);
    if (found === undefined) return;
    setProof(found);
    // The balance and the list below, too, show what happened.
    refresh();
  }

  return (
    <div className="grid gap-4">
      <p>{t("press", { amount })}</p>
      <Button size="large" className="sm:max-w-xs" onClick={() => void send()}>
        {t("pay", { amount })}
      </Button>
      <p className="figures text-sm text-soft">{t("pressed", { count })}</p>
      <div role="status">
        {proof === undefined ? null : (
          <p className="text-xl font-bold text-accent-text">
            {t("result", { received: proof.received, charged: proof.charged })}
          </p>
        )}
        {isUnknown ? <p className="text-sm text-wait-text">{t("unknown")}</p> : null}
      </div>
      {proof === undefined ? null : (
        <p className="flex flex-wrap items-center gap-x-4 text-sm text-soft">
          <span>{t(proof.received > 1 ? "again" : "once")}</span>
          <a
            href={`/payments/${press.key}`}
            className="inline-flex min-h-11 items-center font-semibold text-accent-text underline underline-offset-4"
          >
            {t("receipt")}
          </a>
        </p>
      )}
    </div>
  );
}
