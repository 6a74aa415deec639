/**
 * Pay before React is there: a script in the page's own HTML asks for the key once the form is painted, and opens Pay as the
 * plain form that it is. React takes over the answer, and a press that is under way.
 */
import type { Purpose } from "@/lib/api/payment";
import type { Payload, Press } from "@/lib/pay/state";

/** What the script is told of its form, in `data-opening`. */
export type Opening = {
  /** Under which the form is remembered (stored-press.ts). */
  name: string;
  userId: string;
  purpose: Purpose;
  payload: Payload;
  /**
   * Whether the payer may be asked something before a press is carried out. Then only that there was one is stored: it was none
   * where they are asked, and a stored press would be sent again by itself.
   */
  asksFirst: boolean;
};

/** What the script has done so far, for React. */
type FirstPaint = {
  name: string;
  /** To the request for the key; rejects where none came. Absent once it was used. */
  answer?: Promise<Response> | undefined;
  press?: Press;
};

declare global {
  var onceFirstPaint: FirstPaint | undefined;
  interface Document {
    /** Of browsers that prerender; TypeScript's own list lacks it. */
    readonly prerendering?: boolean;
  }
}

/**
 * Runs as a string: whatever it uses stands inside. It opens Pay where opening the form (open-form.ts) would find it ready, and
 * leaves everything else to React: a press of before, storage that is blocked, an answer that is no open key.
 */
function openAtFirstPaint(): void {
  const script = document.currentScript;
  const form = script?.closest("form");
  const pay = form?.querySelector("button");
  if (!script || !form || !pay) return;
  const { name, userId, purpose, payload, asksFirst }: Opening = JSON.parse(script.dataset.opening ?? "");
  const read = (): { key?: string; pressedAtMs?: number; isPressed?: boolean } | undefined => {
    try {
      return JSON.parse(sessionStorage.getItem(name) ?? "{}");
    } catch {
      return undefined;
    }
  };
  const write = (value: unknown): void => sessionStorage.setItem(name, JSON.stringify(value));
  const before = read();
  if (before?.pressedAtMs !== undefined || before?.isPressed) return;

  // A page that is prerendered is not read yet.
  const isShown = document.prerendering
    ? new Promise((resolve) => document.addEventListener("prerenderingchange", resolve, { once: true }))
    : Promise.resolve();
  const answer = isShown.then(() =>
    fetch("/api/idempotency-keys", {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/json", "X-Once-User": userId },
      cache: "no-store",
      body: JSON.stringify({ purpose }),
      // As long as any request of the form's may take (key-api.ts).
      signal: AbortSignal.timeout(10_000),
    }),
  );
  const first: FirstPaint = { name, answer };
  globalThis.onceFirstPaint = first;

  let key: string | undefined;
  let isHeldBack = false;
  answer
    .then((response) => response.clone().json())
    .then((body) => {
      const stored = read();
      const isFree = stored && stored.pressedAtMs === undefined && (stored.key ?? body.key) === body.key;
      if (globalThis.onceFirstPaint !== first || !isFree || body.state !== "open") return;
      write({ key: body.key });
      key = body.key;
      pay.disabled = false;
      pay.removeAttribute("aria-disabled");
    })
    .catch(() => {});

  form.addEventListener("submit", (event) => {
    // React's own from here on, or the way without script.
    if (globalThis.onceFirstPaint !== first || event.submitter?.hasAttribute("formaction")) return;
    const field = form.querySelector<HTMLInputElement>("[name=idempotency_key]");
    if (key === undefined || isHeldBack || !field) {
      event.preventDefault();
      return;
    }
    first.press = { key, payload, pressedAtMs: Date.now(), ...(asksFirst && { isUnasked: true as const }) };
    field.value = key;
    pay.setAttribute("aria-disabled", "true");
    // A double click is one press. Later ones are the payer's, whose browser may have given up: the same key makes them safe.
    isHeldBack = true;
    setTimeout(() => {
      isHeldBack = false;
      if (globalThis.onceFirstPaint === first) pay.removeAttribute("aria-disabled");
    }, 4_000);
    try {
      write(asksFirst ? { key, isPressed: true } : first.press);
    } catch {
      // Full by now: the same key is issued again for the same purpose, so a second press stays safe.
    }
  });

  // Back from the page that the press led to, before React hears of it: the server knows what became of it.
  addEventListener("pageshow", (event) => {
    if (!event.persisted || !first.press) return;
    event.stopImmediatePropagation();
    location.reload();
  });
}

/** The script, for the HTML of the server alone: the browser's bundle does without it. */
export const FIRST_PAINT_SCRIPT = typeof window === "undefined" ? `(${openAtFirstPaint})()` : "";

/** What the script was answered for the form `name`, once: whoever asks again asks the server. */
export function takeFirstAnswer(name: string): Promise<Response> | undefined {
  const first = globalThis.onceFirstPaint;
  if (first?.name !== name) return undefined;
  const { answer } = first;
  first.answer = undefined;
  return answer;
}

/** The press of the form `name` that was made while the script had Pay in hand, and is on its way. */
export function firstPress(name: string): Press | undefined {
  return globalThis.onceFirstPaint?.name === name ? globalThis.onceFirstPaint.press : undefined;
}

/** From here on the script leaves every press alone. */
export function endFirstPaint(): void {
  globalThis.onceFirstPaint = undefined;
}

/** Resolves once the page is shown: reading alone may write nothing, and prerendering is not even that. */
export function whenShown(): Promise<unknown> {
  return document.prerendering
    ? new Promise((resolve) => document.addEventListener("prerenderingchange", resolve, { once: true }))
    : Promise.resolve();
}
