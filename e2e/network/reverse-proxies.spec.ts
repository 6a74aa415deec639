/**
 * Payments through nginx and HAProxy, with the configurations that docs/OPERATING.md shows and with those that it warns of;
 * behind them the connection to the servers breaks at every place where it can. One payment each time.
 */
import type { Browser, Page } from "@playwright/test";
import { expectPaidOnce, newOrder } from "../support/books.ts";
import { expectReceipt, openCheckout, payButton, signIn } from "../support/fixtures.ts";
import { type FaultyProxy, startFaultyProxy, type Treatment } from "./faulty-proxy.ts";
import { expectHonest } from "./payer.ts";
import { documented, type Kind, missingProgram, startReverseProxy } from "./reverse-proxy.ts";
import { expect, isPayment, test } from "./through-proxy.ts";

const BREAKS: { where: string; treatment: Treatment }[] = [
  { where: "before the server has the request", treatment: "lose-request" },
  { where: "after the payment is made", treatment: "lose-answer" },
  { where: "in the middle of the answer", treatment: "cut-answer" },
];

/** What the documentation warns of: a request that was sent, and may have been carried out, is sent to the next server. */
const WARNED: Record<Kind, (recommended: string) => string> = {
  nginx: (text) =>
    changed(text, "proxy_next_upstream error timeout;", "proxy_next_upstream error timeout non_idempotent;"),
  haproxy: (text) => changed(text, "retry-on conn-failure", "retry-on all-retryable-errors"),
};

function changed(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`The configuration does not say ${from}`);
  return text.replace(from, to);
}

type Setup = {
  address: string;
  breakers: readonly [FaultyProxy, FaultyProxy];
  /** Breaks the first payment that comes from now on, at whichever server; how many have come since. */
  breakNext(treatment: Treatment): () => number;
};

async function behind(
  kind: Kind,
  configuration: string,
  serverURL: string | undefined,
  use: (setup: Setup) => Promise<void>,
) {
  const serverPort = () => Number(new URL(serverURL ?? "").port);
  const breakers = [await startFaultyProxy(serverPort), await startFaultyProxy(serverPort)] as const;
  const ports = breakers.map(({ address }) => Number(new URL(address).port)) as [number, number];
  const proxy = await startReverseProxy(kind, configuration, ports);
  const breakNext = (treatment: Treatment) => {
    let come = 0;
    for (const breaker of breakers)
      breaker.treat((seen) => {
        if (!isPayment(seen)) return "pass";
        come += 1;
        return come === 1 ? treatment : "pass";
      });
    return () => come;
  };
  try {
    await use({ address: proxy.address, breakers, breakNext });
  } finally {
    await proxy.close();
    for (const breaker of breakers) await breaker.close();
  }
}

async function withPage(
  browser: Browser,
  address: string,
  javaScriptEnabled: boolean,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ baseURL: address, javaScriptEnabled, ignoreHTTPSErrors: true });
  try {
    const page = await context.newPage();
    await signIn(page, "Alice");
    await use(page);
  } finally {
    await context.close();
  }
}

/** A payment by a program of Alice's, whose key it was given: what it is told, by status, and whether that was a replay. */
async function payByProgram(page: Page, orderId: string, key: string): Promise<string> {
  const answer = await page.request
    .post("/api/payments", {
      headers: { authorization: "Bearer once_demo_alice", "idempotency-key": `"${key}"` },
      data: { orderId, amountMinor: "3800", currency: "USD" },
      maxRetries: 0,
    })
    .catch(() => undefined);
  if (answer === undefined) return "nothing";
  // Half a body is no answer.
  const isWhole = await answer.text().then(
    () => true,
    () => false,
  );
  if (!isWhole) return "half an answer";
  return answer.headers()["idempotent-replayed"] === "true"
    ? `${answer.status()} again`
    : `${answer.status()}`;
}

async function keyOf(page: Page, orderId: string): Promise<string> {
  const answer = await page.request.post("/api/idempotency-keys", {
    headers: { authorization: "Bearer once_demo_alice" },
    data: { purpose: { kind: "order", orderId } },
  });
  return ((await answer.json()) as { key: string }).key;
}

for (const kind of ["nginx", "haproxy"] as const) {
  const missing = missingProgram(kind);
  test.describe(kind, () => {
    test.skip(missing !== undefined, `${missing} is not installed here.`);

    test("as documented, with connections that break behind it: people pay once", async ({
      browser,
      baseURL,
    }) => {
      await behind(kind, documented(kind), baseURL, async ({ address, breakNext }) => {
        await withPage(browser, address, true, async (page) => {
          for (const { where, treatment } of BREAKS)
            await test.step(`with script, ${where}`, async () => {
              const orderId = await newOrder(baseURL ?? "");
              await openCheckout(page, orderId);
              const come = breakNext(treatment);
              await payButton(page).click();
              await expectReceipt(page);
              expect(come()).toBeGreaterThan(0);
              await expectPaidOnce(orderId);
            });
        });
        await withPage(browser, address, false, async (page) => {
          for (const { where, treatment } of BREAKS)
            await test.step(`without script, ${where}`, async () => {
              const orderId = await newOrder(baseURL ?? "");
              await page.goto(`/checkout/${orderId}`);
              await page.getByRole("button", { name: "Continue", exact: true }).click();
              await expect(payButton(page)).toBeVisible();
              const address = page.url();
              const come = breakNext(treatment);
              await payButton(page).click({ noWaitAfter: true });
              await expect.poll(come).toBeGreaterThan(0);
              // A page of the proxy's or the browser's own says nothing of the payment: the form's address does.
              await expect(async () => {
                await page.goto(address);
              }).toPass();
              await expectHonest(page);
              if (!/\/payments\//.test(page.url())) await payButton(page).click();
              await expectReceipt(page);
              await expectPaidOnce(orderId);
            });
        });
      });
    });

    test("as documented, a program is told that it does not know, asks again, and has paid once", async ({
      browser,
      baseURL,
    }) => {
      await behind(kind, documented(kind), baseURL, async ({ address, breakNext, breakers }) => {
        await withPage(browser, address, false, async (page) => {
          const told: string[][] = [];
          for (const { treatment } of BREAKS) {
            const orderId = await newOrder(baseURL ?? "");
            const key = await keyOf(page, orderId);
            const come = breakNext(treatment);
            const first = await payByProgram(page, orderId, key);
            expect(come(), "nothing is sent again by the proxy").toBe(1);
            told.push([first, await payByProgram(page, orderId, key)]);
            expect((await expectPaidOnce(orderId)).id).toBe(key);
          }
          // A program that hears nothing, or half of something, knows as little as one that hears 502.
          const unknown = expect.stringMatching(/^(502|nothing|half an answer)$/);
          expect(told).toEqual([
            [unknown, "201"],
            [unknown, "201 again"],
            [unknown, "201 again"],
          ]);
          // One of the two servers is gone: nobody notices.
          await breakers[0].close();
          for (let payment = 0; payment < 4; payment += 1) {
            const orderId = await newOrder(baseURL ?? "");
            const answer = await payByProgram(page, orderId, await keyOf(page, orderId));
            expect(answer).toBe("201");
            await expectPaidOnce(orderId);
          }
        });
      });
    });

    test("with the setting that is warned of, a payment is sent twice and made once", async ({
      browser,
      baseURL,
    }) => {
      await behind(kind, WARNED[kind](documented(kind)), baseURL, async ({ address, breakNext }) => {
        await withPage(browser, address, true, async (page) => {
          const told: string[] = [];
          for (const { treatment } of BREAKS) {
            const orderId = await newOrder(baseURL ?? "");
            const key = await keyOf(page, orderId);
            const come = breakNext(treatment);
            told.push(`${await payByProgram(page, orderId, key)}, ${come()} sent`);
            expect((await expectPaidOnce(orderId)).id).toBe(key);
          }
          // What has begun to be answered is sent by no proxy again.
          expect(told).toEqual([
            "201, 2 sent",
            "201 again, 2 sent",
            expect.stringMatching(/^(nothing|half an answer), 1 sent$/),
          ]);
          const orderId = await newOrder(baseURL ?? "");
          await openCheckout(page, orderId);
          const come = breakNext("lose-answer");
          await payButton(page).click();
          await expectReceipt(page);
          expect(come()).toBe(2);
          await expectPaidOnce(orderId);
        });
      });
    });
  });
}

test.describe("nginx", () => {
  test.skip(missingProgram("nginx") !== undefined, `${missingProgram("nginx")} is not installed here.`);

  test("with max_fails as nginx has it by itself, two lost answers leave nobody a server; asked again later, one payment each", async ({
    browser,
    baseURL,
  }) => {
    const configuration = documented("nginx").replaceAll(" max_fails=0;", " fail_timeout=3s;");
    expect(configuration).toContain("fail_timeout");
    await behind("nginx", configuration, baseURL, async ({ address, breakers, breakNext }) => {
      await withPage(browser, address, false, async (page) => {
        const payments: { orderId: string; key: string }[] = [];
        for (let made = 0; made < 3; made += 1) {
          const orderId = await newOrder(baseURL ?? "");
          payments.push({ orderId, key: await keyOf(page, orderId) });
        }
        const [one, other, third] = payments;
        if (!one || !other || !third) throw new Error("Bug: three are not three.");
        for (const { orderId, key } of [one, other]) {
          breakNext("lose-answer");
          expect(await payByProgram(page, orderId, key)).toBe("502");
        }
        const before = breakers.flatMap(({ seen }) => seen).length;
        expect(await payByProgram(page, third.orderId, third.key)).toBe("502");
        expect(breakers.flatMap(({ seen }) => seen).length, "no server was asked").toBe(before);
        await expect.poll(() => payByProgram(page, third.orderId, third.key)).toBe("201");
        for (const { orderId, key } of [one, other]) {
          expect(await payByProgram(page, orderId, key)).toBe("201 again");
          await expectPaidOnce(orderId);
        }
      });
    });
  });
});
