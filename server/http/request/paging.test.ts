/** Lists over HTTP: whose payments are in them, in which order, and that turning pages misses nothing. */
import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { GET as listOrders } from "@/app/api/orders/route";
import { GET as listPayments } from "@/app/api/payments/route";
import { pay } from "@/db/payments/pay";
import { testDatabase } from "@/db/testing/fixtures/database";
import {
  apiKeyOf,
  balanceOf,
  newOrder,
  newPerson,
  type Person,
  transferKey,
  transferTo,
} from "@/db/testing/fixtures/people";
import type { Payment } from "@/lib/api/payment";
import { cursorOf, readCursor } from "./paging.ts";

const test = testDatabase();

type Page = { payments?: Payment[]; orders?: { id: string }[]; nextCursor: string | null };
type Listing = { status: number; body: Page };

async function list(path: "/api/payments" | "/api/orders", apiKey: string, query = ""): Promise<Listing> {
  const request = new Request(`http://once.test${path}${query}`, {
    headers: { authorization: `Bearer ${apiKey}` },
  });
  const handler = path === "/api/payments" ? listPayments : listOrders;
  const response = await handler(request, { params: Promise.resolve({}) });
  return { status: response.status, body: await response.json() };
}

/** Every id of the list, page by page; `between` runs after each page. */
async function walk(
  path: "/api/payments" | "/api/orders",
  apiKey: string,
  limit: number,
  between: () => Promise<unknown> = async () => {},
): Promise<string[]> {
  const ids: string[] = [];
  for (let query = `?limit=${limit}`; ; ) {
    const { status, body } = await list(path, apiKey, query);
    expect(status).toBe(200);
    const page = body.payments ?? body.orders ?? [];
    expect(page.length).toBeLessThanOrEqual(limit);
    ids.push(...page.map(({ id }) => id));
    if (body.nextCursor === null) return ids;
    expect(page.length).toBe(limit);
    await between();
    query = `?limit=${limit}&cursor=${body.nextCursor}`;
  }
}

async function transfer(from: Person, to: Person, amountMinor = "1"): Promise<string> {
  const key = await transferKey(from);
  await pay(from.id, key, transferTo(to, amountMinor));
  return key;
}

let ann: Person & { apiKey: string };
let ben: Person & { apiKey: string };
/** Every payment that Ann is in, as they were settled. */
const history: string[] = [];
/** Settled last, under the oldest key of them all. */
let late: string;
let annsDecline: string;
let bensDecline: string;

beforeAll(async () => {
  const known = async (person: Person) => ({ ...person, apiKey: await apiKeyOf(test.owner, person.id) });
  ann = await known(await newPerson(test.owner, 100n, "merchant"));
  ben = await known(await newPerson(test.owner, 100n));
  const [topUp] = await test.owner<{ id: string }[]>`select id from payments where user_id = ${ann.id}`;
  history.push(topUp?.id ?? "");
  late = await transferKey(ann);
  for (let n = 0; n < 4; n += 1) {
    history.push(await transfer(ann, ben), await transfer(ben, ann));
  }
  annsDecline = await transfer(ann, ben, "1000");
  history.push(annsDecline);
  bensDecline = await transfer(ben, ann, "1000");
  await pay(ann.id, late, transferTo(ben, "1"));
  history.push(late);
});

/** The history from the newest: by the time of settlement, and by id where a millisecond has several. */
async function newestFirst(): Promise<string[]> {
  const rows = await test.owner<{ id: string }[]>`
    select id from payments where id = any(${history}) order by settled_at desc, id desc`;
  expect(rows).toHaveLength(history.length);
  return rows.map(({ id }) => id);
}

describe("the payments of somebody", () => {
  it("are those they asked for, declined ones too, and those they received, newest settled first", async () => {
    const { status, body } = await list("/api/payments", ann.apiKey, "?limit=100");
    expect(status).toBe(200);
    expect(body.payments?.map(({ id }) => id)).toEqual(await newestFirst());
    // Not by the key, whose own time is when the form was opened.
    expect(body.payments?.findIndex(({ id }) => id === late)).toBeLessThan(2);
    expect(late < (history.at(-2) ?? "")).toBe(true);
    expect(body.payments?.find(({ id }) => id === annsDecline)?.status).toBe("declined");
    expect(body.payments?.map(({ id }) => id)).not.toContain(bensDecline);
    expect(body.nextCursor).toBeNull();
  });

  it.each([1, 2, 3, 5, 10, 11])("are the same in pages of %i", async (limit) => {
    expect(await walk("/api/payments", ann.apiKey, limit)).toEqual(await newestFirst());
  });

  it("turn up once each while others are being settled", async () => {
    const before = await newestFirst();
    const more: string[] = [];
    const seen = await walk("/api/payments", ann.apiKey, 2, async () => {
      more.push(await transfer(ben, ann), await transfer(ann, ben));
    });
    expect(seen).toEqual(before);
    history.push(...more);
    expect(more.length).toBeGreaterThan(0);
    expect(await walk("/api/payments", ann.apiKey, 4)).toEqual(await newestFirst());
    expect(await balanceOf(test.owner, ann.accountId)).toBe(99n);
  });

  it("are nobody else's, and to a stranger's cursor too", async () => {
    const stranger = await newPerson(test.owner, 0n);
    const apiKey = await apiKeyOf(test.owner, stranger.id);
    const { body } = await list("/api/payments", ann.apiKey, "?limit=1");
    expect((await list("/api/payments", apiKey)).body).toEqual({ payments: [], nextCursor: null });
    expect((await list("/api/payments", apiKey, `?cursor=${body.nextCursor}`)).body.payments).toEqual([]);
  });

  it("are read from the indexes, no further than the page", async () => {
    const plan = await test.owner.begin(async (sql) => {
      // A table this small would be read whole otherwise.
      await sql`set local enable_seqscan = off`;
      return sql<{ "QUERY PLAN": string }[]>`
        explain select id from payments
         where payee_account_id = ${ann.accountId} and status = 'succeeded' and user_id <> ${ann.id}
           and (settled_at, id) < (now(), ${randomUUID()}::uuid)
         order by settled_at desc, id desc limit 20`;
    });
    const text = plan.map((row) => row["QUERY PLAN"]).join("\n");
    expect(text).toContain("payments_received");
    expect(text).not.toContain("Sort");
  });
});

it("a merchant's orders come in pages as well, and nobody but a merchant has any", async () => {
  for (let n = 0; n < 5; n += 1) await newOrder(ann, "1");
  const orders = await test.owner<{ id: string }[]>`
    select id from orders where merchant_id = ${ann.id} order by created_at desc, id desc`;
  expect(orders).toHaveLength(5);
  expect(await walk("/api/orders", ann.apiKey, 2)).toEqual(orders.map(({ id }) => id));
  expect(await list("/api/orders", ben.apiKey)).toMatchObject({
    status: 403,
    body: { type: "/problems/forbidden" },
  });
});

describe("a query that is not right is an invalid request, and says where:", () => {
  const at = new Date("2026-02-03T04:05:06.007Z");
  const id = "019ab3c2-40d5-7dbd-bc93-6894a57f9324";
  const raw = (text: string) => Buffer.from(text).toString("base64url");

  it("a cursor is taken back exactly as it was given", () => {
    const cursor = cursorOf("payments", { at, id });
    expect(readCursor("payments", cursor)).toEqual({ at, id });
    expect(cursor).toMatch(/^[\w-]+$/);
  });

  it.each([
    ["empty", ""],
    ["nonsense", "nonsense"],
    ["of another list", cursorOf("orders", { at, id })],
    ["padded", `${cursorOf("payments", { at, id })}=`],
    ["with something after it", `${cursorOf("payments", { at, id })}AA`],
    ["of an instant that is none", raw(`payments 2026-13-03T04:05:06.007Z ${id}`)],
    ["of a year before our calendars", raw(`payments 0000-01-01T00:00:00.000Z ${id}`)],
    ["of an instant in another spelling", raw(`payments 2026-02-03T04:05:06Z ${id}`)],
    ["of an id that is none", raw(`payments ${at.toISOString()} '; drop table payments; --`)],
    ["of a list that objects have by nature", raw(`__proto__ ${at.toISOString()} ${id}`)],
    ["very long", "A".repeat(10_000)],
  ])("a cursor %s", async (_what, cursor) => {
    expect(await list("/api/payments", ann.apiKey, `?cursor=${cursor}`)).toMatchObject({
      status: 422,
      body: { type: "/problems/invalid-request", moneyMoved: "unknown", errors: [{ pointer: "/cursor" }] },
    });
  });

  it.each([
    ["limit=0", "/limit"],
    ["limit=101", "/limit"],
    ["limit=1&limit=2", "/limit"],
    ["before=x", "/before"],
  ])("?%s", async (query, pointer) => {
    for (const path of ["/api/payments", "/api/orders"] as const)
      expect(await list(path, ann.apiKey, `?${query}`)).toMatchObject({
        status: 422,
        body: { type: "/problems/invalid-request", errors: [{ pointer }] },
      });
  });
});
