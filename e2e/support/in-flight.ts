/** Presses between a page and its server: held, lost, or sent all at once. */
import type { BrowserContext, Page, Route } from "@playwright/test";
import { isPayment } from "./fixtures.ts";

/** Whether a request asks for money to move, by whichever way a page has: its action, the API, the plain form. */
export function isPress(route: Route): boolean {
  const request = route.request();
  if (request.method() !== "POST") return false;
  if (new URL(request.url()).pathname.endsWith("/pay")) return true;
  // The action that asks whether a transfer looks like another has no key.
  const isQuestion = request.headers()["next-action"] !== undefined && !request.postData()?.includes('"key"');
  return isPayment(route) && !isQuestion;
}

/** A promise, and what fulfils it. */
function signal(): { given: Promise<void>; give: () => void } {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}

/**
 * Lets the next press of `target` reach the server, which executes it, and keeps the answer back until `release`, where a page
 * is still there to hear it. `executed` resolves when the server has answered.
 */
export async function holdAnswer(
  target: Page | BrowserContext,
): Promise<{ executed: Promise<void>; release: () => void }> {
  const [executed, released] = [signal(), signal()];
  let isHolding = true;
  await target.route("**/*", async (route) => {
    if (!isHolding || !isPress(route)) return route.fallback();
    isHolding = false;
    const response = await route.fetch({ maxRedirects: 0 });
    executed.give();
    await released.given;
    // The page may be gone by now: then nobody hears it.
    await route.fulfill({ response }).catch(() => {});
  });
  return { executed: executed.given, release: released.give };
}

/** Loses every press of `target` before it reaches the server. Returns what ends that. */
export async function losePresses(target: Page | BrowserContext): Promise<() => void> {
  let isLosing = true;
  await target.route("**/*", (route) => (isLosing && isPress(route) ? route.abort() : route.fallback()));
  return () => {
    isLosing = false;
  };
}

/** Keeps the presses of all targets back until as many have come as there are targets, and then lets them go at once. */
export async function pressTogether(targets: Page[]): Promise<void> {
  const all = signal();
  let come = 0;
  for (const target of targets) {
    await target.route("**/*", async (route) => {
      if (!isPress(route)) return route.fallback();
      come += 1;
      if (come === targets.length) all.give();
      await all.given;
      await route.fallback();
    });
  }
}
