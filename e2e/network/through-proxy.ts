/** Tests whose pages reach the server under test through a faulty proxy of their own. */
import type { Page } from "@playwright/test";
import { test as base, expect, signIn } from "../support/fixtures.ts";
import { type FaultyProxy, type Seen, startFaultyProxy } from "./faulty-proxy.ts";

type Fixtures = {
  wire: FaultyProxy;
  /** A page of Alice's behind the proxy, signed in. */
  alice: Page;
};

export const test = base.extend<Fixtures>({
  wire: async ({ baseURL }, use) => {
    const proxy = await startFaultyProxy(() => Number(new URL(baseURL ?? "").port));
    await use(proxy);
    await proxy.close();
  },
  alice: async ({ browser, wire, javaScriptEnabled }, use) => {
    const context = await browser.newContext({ baseURL: wire.address, javaScriptEnabled });
    const page = await context.newPage();
    await signIn(page, "Alice");
    await use(page);
    await context.close();
  },
});

export { expect };

/** Whether it is a request that moves money, through whichever entry. */
export function isPayment({ label }: Seen): boolean {
  return (
    label === "POST /api/payments" ||
    label === "POST /checkout/{id} (action)" ||
    label === "POST /checkout/{id}/pay"
  );
}

/** What the page says while it does not know. */
export const checking = (page: Page) => page.getByRole("status").filter({ hasText: "checking" });
