/** React's StrictMode, which runs each effect twice in development: the form asks for one key all the same. */
import { build } from "vite";
import { root } from "../../scripts/run.mjs";
import { books, expectPaidOnce, userIdOf } from "../support/books.ts";
import { expect, expectReceipt, payButton, test } from "../support/fixtures.ts";

/** The form with React's development build: the production build, which all other tests drive, mounts once. */
async function bundle(): Promise<string> {
  const made = await build({
    root,
    configFile: false,
    logLevel: "error",
    mode: "development",
    define: { "process.env.NODE_ENV": '"development"', "process.env": "{}" },
    resolve: { alias: { "@": root } },
    build: {
      write: false,
      minify: false,
      rollupOptions: { input: "e2e/support/strict-checkout.ts", output: { format: "iife" } },
    },
  });
  const chunks = [made].flat().flatMap((one) => ("output" in one ? one.output : []));
  return chunks.map((chunk) => (chunk.type === "chunk" ? chunk.code : "")).join("");
}

test("StrictMode issues one key, and Pay charges once", async ({ alice, orderId }) => {
  const script = await bundle();
  await alice.route(`**/checkout/${orderId}`, (route) =>
    route.fulfill({ contentType: "text/html", body: "<!doctype html><html lang='en'><body></body></html>" }),
  );
  await alice.goto(`/checkout/${orderId}`);
  let asked = 0;
  alice.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/api/idempotency-keys")) asked += 1;
  });
  await alice.addScriptTag({ content: script });
  await alice.evaluate(
    ([userId, id]) =>
      (globalThis as unknown as { mountCheckout: (userId: string, orderId: string) => void }).mountCheckout(
        userId,
        id,
      ),
    [await userIdOf("alice"), orderId] as const,
  );
  await expect(payButton(alice)).toBeEnabled();
  expect(asked).toBe(1);
  const keys = await books()<
    { key: string }[]
  >`select key from idempotency_keys where purpose_id = ${orderId}`;
  expect(keys).toHaveLength(1);
  await payButton(alice).dblclick();
  await expectReceipt(alice);
  expect((await expectPaidOnce(orderId)).id).toBe(keys[0]?.key);
});
