import { expect, it } from "vitest";
import { findMoneyWrites } from "./money.ts";

const says = (file: string, text: string) => findMoneyWrites({ file, text }).map((finding) => finding.says);

it.each([
  ["db.insert(ledgerTransfers)", "ledger_transfers"],
  ["db.update(schema.payments)", "payments"],
  ["database().reading.delete(refundTotals)", "refund_totals"],
  ["sql`update ledger_accounts set balance_minor = 0`", "ledger_accounts"],
  ['sql.unsafe("insert into payments select 1")', "payments"],
])("%s is refused outside db/payments and db/ledger", (call, table) => {
  const found = says("db/orders/orders.ts", `await ${call};`);
  expect(found).toEqual([`Writes ${table}: only db/payments and db/ledger may, so call what they export.`]);
  expect(says("db/payments/settle.ts", `await ${call};`)).toEqual([]);
});

it("a table under another name is still refused", () => {
  const text = 'import { payments as p } from "../schema/payments.ts";\nawait db.insert(p);';
  expect(says("db/orders/orders.ts", text)).toHaveLength(1);
});

it("reading money tables, and writing others, is not refused", () => {
  const text =
    "await db.select().from(payments); await db.update(orders); await sql`select 1 from payments`;";
  expect(says("db/orders/orders.ts", text)).toEqual([]);
});
