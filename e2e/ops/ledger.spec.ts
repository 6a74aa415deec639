/** The ledger's room: what an operator refunds and corrects happens once, and only as another operator approves. */
import { randomUUID } from "node:crypto";
import { reconcile } from "../../db/ledger/reconcile.ts";
import { violationsOn } from "../support/axe.ts";
import { accountOf, books, secondOperator, userIdOf } from "../support/books.ts";
import { expect, signIn, test } from "../support/fixtures.ts";
import { paidOrder } from "../support/samples.ts";
import { smallTargets } from "../support/targets.ts";

async function balanceOf(accountId: string): Promise<bigint> {
  const [row] = await books()<{ balance: string }[]>`
    select balance_minor::text as balance from ledger_accounts where id = ${accountId}`;
  return BigInt(row?.balance ?? "0");
}

test("an operator refunds for a merchant by two presses: once, with the reason where it belongs", async ({
  page,
  baseURL,
}) => {
  const paymentId = await paidOrder(baseURL ?? "");
  await signIn(page, "Omar");
  await page.goto(`/ops/payments/${paymentId}/refund`);
  await expect(page.getByLabel("How much?")).toHaveValue("38.00");
  await page.getByLabel("How much?").fill("12.50");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Say why." })).toBeFocused();
  await page.getByLabel(/^Reason/).fill("The parcel never arrived");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Check and refund");
  await page.getByRole("button", { name: "Refund $12.50" }).dblclick();
  await expect(page.getByText("$12.50 refunded")).toBeVisible();
  await expect(page.getByText("(@omar)")).toBeVisible();
  expect(await violationsOn(page)).toEqual([]);
  const rows = await books()`
    select p.amount_minor::text as amount, p.note, p.user_id as payer, l.actor_id as actor, l.reason
      from payments p left join audit_log l on l.id = p.id where p.subject_id = ${paymentId}`;
  expect(rows).toEqual([
    {
      amount: "1250",
      note: "The parcel never arrived",
      payer: await userIdOf("mia"),
      actor: await userIdOf("omar"),
      reason: "The parcel never arrived",
    },
  ]);
  expect(await reconcile(books())).toEqual([]);
});

test("what another operator asked for moves when Omar approves it, once; what he asked for he can only withdraw", async ({
  page,
}) => {
  const [alice, bob] = [await accountOf("alice"), await accountOf("bob")];
  const before = [await balanceOf(alice), await balanceOf(bob)] as const;
  const id = randomUUID();
  await books()`
    select request_adjustment_v1(${await secondOperator()}, ${id}, ${alice}, ${bob}, 700, 'USD', 'Booked to the wrong account')`;
  await signIn(page, "Omar");
  await page.goto("/ops/ledger");
  await expect(page.getByText("USD balances to zero")).toBeVisible();
  await page.getByRole("link", { name: "Adjustments" }).click();
  await page
    .getByRole("row", { name: /Booked to the wrong account/ })
    .getByRole("link")
    .first()
    .click();
  await page.getByRole("button", { name: "Approve $7.00" }).dblclick();
  await expect(page.getByText("The money has moved, once.")).toBeVisible();
  expect([await balanceOf(alice), await balanceOf(bob)]).toEqual([before[0] - 700n, before[1] + 700n]);

  await page.goto(`/ops/ledger/adjustments/new?debit=${bob}&currency=USD`);
  await page.getByLabel("Give to").fill("alice");
  await page.getByLabel("Amount").fill("3");
  await page.getByLabel(/^Reason/).fill("Back again");
  await page.getByRole("button", { name: "Ask", exact: true }).dblclick();
  await expect(page.getByText("Waits for approval")).toBeVisible();
  await expect(page.getByRole("button", { name: /^Approve/ })).toHaveCount(0);
  await page.getByLabel(/^Reason/).fill("Once was enough");
  await page.getByRole("button", { name: "Withdraw" }).click();
  await expect(page.getByText("Withdrawn by")).toBeVisible();
  expect(await balanceOf(alice)).toBe(before[0] - 700n);
  const [count] =
    await books()`select count(*)::int as asked from ledger_adjustments where reason = 'Back again'`;
  expect(count?.asked).toBe(1);
  expect(await reconcile(books())).toEqual([]);
  // Both accounts of a correction are links there, one above the other.
  await page.goto("/ops/audit");
  await expect(page.getByText("Booked to the wrong account").first()).toBeVisible();
  expect(await smallTargets(page)).toEqual([]);
});

test("an account is shown as of a moment, and its file holds what the page shows", async ({
  page,
  request,
}) => {
  const alice = await accountOf("alice");
  await signIn(page, "Omar");
  await page.goto(`/ops/ledger/accounts/${alice}`);
  await page.getByLabel(/^As of/).fill("2020-01-01T12:00");
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page).toHaveURL(/at=2020-01-01T12/);
  await expect(page.getByText("No entries until then.")).toBeVisible();
  const file = await page.request.get(`/ops/ledger/accounts/${alice}/export.csv`);
  const [head, first] = (await file.text()).split("\r\n");
  expect(head).toContain("version,settled_at,payment_id");
  expect(first?.split(",")[0]).toBe(
    (await books()`select version::text from ledger_accounts where id = ${alice}`)[0]?.version,
  );
  const nobody = await request.get(`/ops/ledger/accounts/${alice}/export.csv`, { maxRedirects: 0 });
  expect(nobody.status()).toBe(303);
});
