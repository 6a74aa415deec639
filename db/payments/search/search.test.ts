/** What operators find among everybody's payments is what is there, in order and once; and it is found by indexes. */
import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { testDatabase } from "../../testing/fixtures/database.ts";
import { sealAll } from "../../testing/fixtures/journal.ts";
import { rowsReadBy } from "../../testing/fixtures/rows-read.ts";
import { loadPayments } from "../../testing/load/load-payments.ts";
import { readDossier } from "./dossier.ts";
import {
  countQuery,
  type FoundPayment,
  type PaymentSearch,
  pageQuery,
  paymentPages,
  searchPayments,
} from "./search.ts";
import { conditionOf, type PaymentFilter, type Subject, sourceOf } from "./selection.ts";
import { understand } from "./understand.ts";

const own = testDatabase();
/** Some rows by key, a few refunds, other tries and arrivals. */
const DOSSIER_READS_MAX = 100;
const PAYMENTS = 10_000;

type Row = {
  id: string;
  kind: string;
  status: string;
  decline_code: string | null;
  amount_minor: bigint;
  currency: string;
  note: string | null;
  settled_at: Date;
  purpose_id: string;
  payer_account_id: string;
  payee_account_id: string;
  user_id: string;
  payer_id: string | null;
  payee_id: string | null;
};
let all: Row[] = [];

beforeAll(async () => {
  await loadPayments(own.ownerUrl, { payments: PAYMENTS, days: 90 });
  await sealAll(own.owner);
  all = await own.owner<Row[]>`
    select p.*, d.owner_id as payer_id, c.owner_id as payee_id
      from payments p join ledger_accounts d on d.id = p.payer_account_id join ledger_accounts c on c.id = p.payee_account_id
     order by p.settled_at desc, p.id desc`;
}, 120_000);

const TIME = { by: "time", direction: "desc" } as const;

/** Every entry of a search, page by page. */
async function everything(
  search: Omit<PaymentSearch, "limit" | "after">,
  limit = 700,
): Promise<FoundPayment[]> {
  const entries: FoundPayment[] = [];
  let after: PaymentSearch["after"];
  do {
    const page = await searchPayments({ ...search, limit, after });
    entries.push(...page.entries);
    after = page.next;
  } while (after);
  return entries;
}

const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);

describe("filters", () => {
  const cases: [string, PaymentFilter, (row: Row) => boolean][] = [
    ["nothing", {}, () => true],
    ["declined", { status: "declined" }, (row) => row.status === "declined"],
    ["a decline code", { declineCode: "order_expired" }, (row) => row.decline_code === "order_expired"],
    ["refunds", { kind: "refund" }, (row) => row.kind === "refund"],
    [
      "amounts of a currency",
      { currency: "USD", minMinor: 500n, maxMinor: 1_000n },
      (row) => row.currency === "USD" && row.amount_minor >= 500n && row.amount_minor <= 1_000n,
    ],
  ];
  it.each(cases)("by %s: all of it, newest first, and once", async (_name, filter, fits) => {
    expect(ids(await everything({ filter, sort: TIME }))).toEqual(ids(all.filter(fits)));
    const oldest = await everything({ filter, sort: { by: "time", direction: "asc" } });
    expect(ids(oldest)).toEqual(ids(all.filter(fits)).reverse());
  });

  it("by days: the first within, the last not", async () => {
    const [from, until] = [all[900]?.settled_at, all[300]?.settled_at];
    const found = await everything({ filter: { from, until }, sort: TIME });
    expect(ids(found)).toEqual(
      ids(all.filter(({ settled_at: at }) => from && until && at >= from && at < until)),
    );
  });

  it("sorts by amount, both ways, page by page", async () => {
    const usd = all.filter(({ currency }) => currency === "USD");
    const down = [...usd].sort((a, b) =>
      a.amount_minor === b.amount_minor ? (a.id < b.id ? 1 : -1) : a.amount_minor < b.amount_minor ? 1 : -1,
    );
    const filter = { currency: "USD" };
    expect(ids(await everything({ filter, sort: { by: "amount", direction: "desc" } }))).toEqual(ids(down));
    expect(ids(await everything({ filter, sort: { by: "amount", direction: "asc" } }))).toEqual(
      ids(down).reverse(),
    );
  });

  it("gives the whole of it to a file, newest first", async () => {
    const pages: string[] = [];
    for await (const page of paymentPages({ subject: undefined, filter: { status: "declined" } }, 100)) {
      expect(page.length).toBeLessThanOrEqual(100);
      pages.push(...ids(page));
    }
    expect(pages).toEqual(ids(all.filter(({ status }) => status === "declined")));
  });
});

it("says of each payment what was paid back of it, and who asked", async () => {
  const totals = await own.owner<{ id: string; refunded: bigint }[]>`
    select payment_id as id, refunded_minor as refunded from refund_totals where refunded_minor > 0`;
  const refunded = new Map(totals.map((row) => [row.id, row.refunded]));
  expect(refunded.size).toBeGreaterThan(0);
  const handles = new Map(
    (await own.owner<{ id: string; handle: string }[]>`select id, handle from users`).map((row) => [
      row.id,
      row.handle,
    ]),
  );
  for (const entry of await everything({ filter: {}, sort: TIME })) {
    expect(entry.refundedMinor).toBe(refunded.get(entry.id) ?? 0n);
    expect(entry.askedBy).toBe(handles.get(entry.userId));
  }
});

describe("a text", () => {
  const found = async (text: string) => {
    const subject = await understand(text);
    return { type: subject.type, ids: ids(await everything({ subject, filter: {}, sort: TIME })) };
  };
  const somebody = () => {
    const row = all.find(
      ({ kind, payer_id, status }) => kind === "transfer" && payer_id && status === "succeeded",
    );
    if (!row?.payer_id) throw new Error("Bug: nobody sends anything.");
    return { ...row, payer_id: row.payer_id };
  };
  const ofPerson = (id: string) =>
    ids(all.filter((row) => row.user_id === id || (row.payee_id === id && row.status === "succeeded")));

  it("is a payment's id, an order's, an account's, a person's, or a key's that is open", async () => {
    const row = somebody();
    expect(await found(row.id)).toEqual({ type: "payment", ids: [row.id] });
    const order = all.find(
      ({ kind, decline_code: code }) => kind === "order" && code === "order_already_paid",
    );
    expect(await found(order?.purpose_id ?? "")).toEqual({
      type: "order",
      ids: ids(all.filter(({ purpose_id: of }) => of === order?.purpose_id)),
    });
    expect(await found(row.payer_account_id)).toEqual({
      type: "account",
      ids: ids(
        all.filter(
          (one) =>
            (one.user_id === row.payer_id && one.payer_account_id === row.payer_account_id) ||
            (one.payee_account_id === row.payer_account_id &&
              (one.status === "succeeded" || one.user_id === row.payer_id)),
        ),
      ),
    });
    expect(await found(row.payer_id)).toEqual({ type: "person", ids: ofPerson(row.payer_id) });
    const [key] = await own.owner<{ key: string }[]>`select key from idempotency_keys limit 1`;
    expect(await found(key?.key ?? "")).toEqual({ type: "key", ids: [] });
  });

  it("is a handle, an address, or words in notes; what nobody has finds nothing", async () => {
    const { payer_id: id } = somebody();
    const [person] = await own.owner<{ handle: string; email: string }[]>`
      select handle, email from users where id = ${id}`;
    for (const text of [`@${person?.handle}`, person?.handle.toUpperCase() ?? "", person?.email ?? ""])
      expect(await found(text)).toEqual({ type: "person", ids: ofPerson(id) });
    const taxi = ids(all.filter(({ note }) => note?.includes("taxi")));
    expect(await found("of the TAXI")).toEqual({ type: "words", ids: taxi });
    expect(await found('"taxi"')).toEqual({ type: "words", ids: taxi });
    expect(await found("@nobody-has-this")).toEqual({ type: "nothing", ids: [] });
    expect(await found("00000000-0000-7000-8000-000000000000")).toEqual({ type: "nothing", ids: [] });
    // Signs of a pattern are none.
    expect(await found("100%")).toEqual({ type: "words", ids: [] });
  });
});

describe("plans", () => {
  type Plan = { "Node Type": string; "Relation Name"?: string; "Index Name"?: string; Plans?: Plan[] };
  const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];
  const explained = async (query: Parameters<typeof sql.join>[0][number]) => {
    const [row] = await own.db.reading.execute<{ "QUERY PLAN": { Plan: Plan }[] }>(
      sql`explain (format json) ${query}`,
    );
    const [value] = Object.values(row ?? {}) as { Plan: Plan }[][];
    const plan = value?.[0]?.Plan;
    if (!plan) throw new Error("Bug: EXPLAIN answered nothing.");
    return nodes(plan);
  };
  const large = ["payments", "ledger_transfers", "orders", "payment_attempts"];
  const scanned = (plan: Plan[]) =>
    plan.filter((node) => node["Node Type"] === "Seq Scan" && large.includes(node["Relation Name"] ?? ""));

  it("everybody's payments of a time are found by the BRIN index, somebody's by theirs", async () => {
    const middle = all[PAYMENTS / 2];
    if (!middle?.payer_id || !middle.payee_id) throw new Error("Bug: nobody is there.");
    const window = { from: new Date(middle.settled_at.getTime() - 3_600_000), until: middle.settled_at };
    const subjects: [Subject | undefined, string[]][] = [
      [undefined, ["payments_settled_at"]],
      [{ type: "words", text: "taxi" }, ["payments_settled_at"]],
      [{ type: "payment", id: middle.id }, ["payments_id"]],
      [
        { type: "person", id: middle.payer_id, name: "", handle: "" },
        ["payments_settled", "payments_received"],
      ],
      [
        { type: "account", id: middle.payee_account_id, ownerId: middle.payee_id, currency: "USD" },
        ["payments_settled", "payments_received"],
      ],
    ];
    for (const [subject, indexes] of subjects) {
      for (const query of [
        countQuery(subject, window, 25_001),
        pageQuery(sourceOf(subject, window), conditionOf(subject, { status: "succeeded" }), TIME, 26),
        pageQuery(
          sourceOf(subject, window),
          conditionOf(subject, { currency: "USD", minMinor: 1n }),
          { by: "amount", direction: "desc" },
          26,
        ),
      ]) {
        const plan = await explained(query);
        expect(scanned(plan), JSON.stringify(subject)).toEqual([]);
        const used = plan.map((node) => node["Index Name"]);
        for (const index of indexes) expect(used).toContain(index);
      }
    }
  });

  it("the dossier of a payment reads a few rows of each table", async () => {
    const sale = all.find(({ kind, status }) => kind === "order" && status === "succeeded");
    const tables = ["payments", "ledger_transfers", "ledger_seals", "orders", "payment_attempts"];
    const reads = await rowsReadBy(own, tables, () => readDossier(sale?.id ?? ""));
    expect([...reads].filter(([, rows]) => rows > DOSSIER_READS_MAX)).toEqual([]);
  });
});

describe("a dossier", () => {
  it("tells both sides, the seal, refunds with who made them, and other tries for the same", async () => {
    const [refund] = await own.owner<{ subject_id: string; user_id: string; n: bigint; sum: bigint }[]>`
      select subject_id, user_id, count(*) as n, sum(amount_minor)::bigint as sum from payments
       where kind = 'refund' and status = 'succeeded' group by 1, 2 order by count(*) desc limit 1`;
    const dossier = await readDossier(refund?.subject_id ?? "");
    expect(dossier?.refunds).toHaveLength(Number(refund?.n));
    expect(dossier?.refundedMinor).toBe(refund?.sum);
    expect(dossier?.refunds[0]?.by?.id).toBe(refund?.user_id);
    expect(dossier?.seal?.hash).toMatch(/^[0-9a-f]{64}$/);
    const { debit, credit, row } = dossier ?? {};
    expect((debit?.moved?.beforeMinor ?? 0n) - (debit?.moved?.afterMinor ?? 0n)).toBe(row?.amountMinor);
    expect((credit?.moved?.afterMinor ?? 0n) - (credit?.moved?.beforeMinor ?? 0n)).toBe(row?.amountMinor);
    expect(dossier?.arrivals.length).toBeGreaterThan(0);

    const retried = all.find(
      ({ decline_code: code, purpose_id: of, user_id: by }) =>
        code === "limit_exceeded" &&
        all.some((one) => one.purpose_id === of && one.status === "succeeded" && one.user_id === by),
    );
    const tried = await readDossier(retried?.id ?? "");
    expect(tried?.others.map(({ status }) => status)).toEqual(["succeeded"]);
    expect(tried?.debit.moved).toBeNull();
    const [account] = await own.owner<{ limit: bigint | null }[]>`
      update ledger_accounts set day_limit_minor = 4321 where id = ${retried?.payer_account_id ?? ""} returning day_limit_minor as limit`;
    expect((await readDossier(retried?.id ?? ""))?.debit.dayLimitMinor).toBe(account?.limit);
    expect(await readDossier("00000000-0000-7000-8000-000000000000")).toBeUndefined();
  });
});
