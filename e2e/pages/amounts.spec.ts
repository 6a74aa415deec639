/** One amount is one text: what the server wrote is what the page shows, in every currency, once its scripts run. */
import { createHash, randomUUID } from "node:crypto";
import { CURRENCIES } from "../../lib/currency.ts";
import { formatMoney } from "../../lib/money.ts";
import { books } from "../support/books.ts";
import { expect, test } from "../support/fixtures.ts";

const AMOUNT_MINOR = "123456789";
/** So many to a test that none takes minutes. */
const PORTION = 26;

const apiKey = `once_test_${randomUUID()}`;
const orders = new Map<string, string>();

/** A merchant of the test's own, who sells in every currency: the demo's would show an account of each on every page. */
test.beforeAll(async ({ baseURL }) => {
  const sql = books();
  const id = randomUUID();
  const hash = createHash("sha256").update(apiKey).digest("base64url");
  await sql`
    insert into users (id, name, email, handle, role)
    values (${id}, 'Bureau de Change', ${`${id}@once.test`}, ${`b${id.replaceAll("-", "").slice(0, 20)}`}, 'merchant')`;
  await sql`
    insert into api_keys (reference_id, name, key, permissions)
    values (${id}, 'Test', ${hash}, '{"orders":["read","write"]}')`;
  for (const currency of CURRENCIES) {
    await sql`select open_account_v1(${randomUUID()}, ${id}, ${currency}, null)`;
    const orderId = randomUUID();
    const put = await fetch(`${baseURL}/api/orders/${orderId}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
      body: JSON.stringify({
        description: currency,
        currency,
        items: [{ description: "Notes", quantity: 1, amountMinor: AMOUNT_MINOR }],
      }),
    });
    expect(put.status, currency).toBe(201);
    orders.set(currency, orderId);
  }
});

const codes = [...CURRENCIES].sort();

for (const [turn, locale] of (["en", "de"] as const).entries()) {
  // Each currency in one of the languages, in turn: the page does the same with either, and a load of each twice takes minutes.
  const own = codes.filter((_, n) => n % 2 === turn);
  const portions = Array.from({ length: Math.ceil(own.length / PORTION) }, (_, n) =>
    own.slice(n * PORTION, (n + 1) * PORTION),
  );
  for (const portion of portions) {
    test(`${locale}: ${portion[0]} to ${portion.at(-1)}`, async ({ alice, baseURL }) => {
      const complaints: string[] = [];
      alice.on("pageerror", (error) => complaints.push(error.message));
      alice.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
      await alice.context().addCookies([{ name: "locale", value: locale, url: baseURL ?? "" }]);
      for (const currency of portion) {
        const amount = formatMoney(AMOUNT_MINOR, currency, locale);
        const answer = await alice.goto(`/checkout/${orders.get(currency)}`);
        expect(await answer?.text(), currency).toContain(`>${amount}<`);
        // Pay can be pressed only once the page's scripts have taken it over.
        const pay = alice.getByRole("button", { name: locale === "en" ? /^Pay / : / bezahlen$/ });
        await expect(pay).toBeEnabled();
        expect(await pay.textContent(), currency).toBe(
          locale === "en" ? `Pay ${amount}` : `${amount} bezahlen`,
        );
        const shown = await alice.locator("main p.figures, main dd").allTextContents();
        expect(shown, currency).toEqual([amount, amount, amount]);
      }
      expect(complaints).toEqual([]);
    });
  }
}

test("an order in gold, in a unit of account or in no currency is refused", async ({ baseURL }) => {
  for (const currency of ["XAU", "XDR", "XTS", "XXX", "CLF", "BGN"]) {
    const put = await fetch(`${baseURL}/api/orders/${randomUUID()}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
      body: JSON.stringify({
        description: "Bar",
        currency,
        items: [{ description: "Bar", quantity: 1, amountMinor: "1" }],
      }),
    });
    expect([put.status, await put.json()], currency).toEqual([
      422,
      expect.objectContaining({ errors: [expect.objectContaining({ pointer: "/currency" })] }),
    ]);
  }
});
