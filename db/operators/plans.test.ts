/** Lists of people, of what operators did and of security events read what they show, by indexes, at a hundred thousand people. */
import { randomUUID } from "node:crypto";
import { beforeAll, expect, it } from "vitest";
import { listSecurityEvents } from "../security/list.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import { newPerson, type Person } from "../testing/fixtures/people.ts";
import { rowsReadBy } from "../testing/fixtures/rows-read.ts";
import { searchAudit } from "./audit.ts";
import { findPeople } from "./find-people.ts";
import { listPendingRequests } from "./merchant-requests.ts";

const test = testDatabase();

const PEOPLE = 100_000;
const ROWS = 100_000;
/** A page, what stands beside its rows, and the most that a search takes; far from reading a table. */
const ROWS_READ_MAX = 12_000;
const TABLES = ["users", "audit_log", "security_events", "merchant_requests", "ledger_accounts"];

let person: Person;
/** To whom much was done, and all of it before anything that was done to others: who reads the log from its newest end finds it last. */
let ofLongAgo: Person;

beforeAll(async () => {
  person = await newPerson(test.owner, 0n, "operator");
  ofLongAgo = await newPerson(test.owner, 0n);
  for (const table of TABLES)
    await test.owner.unsafe(`alter table ${table} set (autovacuum_enabled = false)`);
  await test.owner`
    insert into users (id, name, email, handle, role, created_at)
    select gen_random_uuid(), 'Person ' || n || ' Family' || n % 1000, 'mail' || n || '@example.test', 'h' || n,
           case when n % 1000 = 0 then 'merchant' else 'payer' end, now() - n * interval '1 second'
      from generate_series(1, ${PEOPLE}::int) n`;
  await test.owner`
    insert into audit_log (id, actor_id, action, subject_kind, subject_id, reason, at)
    select gen_random_uuid(), case when n % 1000 = 0 then ${person.id}::uuid else gen_random_uuid() end, 'freeze', 'user',
           case when n % 1000 = 1 then ${person.id} when n > ${ROWS - 1_000}::int then ${ofLongAgo.id} else gen_random_uuid()::text end, 'A test', now() - n * interval '1 second'
      from generate_series(1, ${ROWS}::int) n`;
  await test.owner`
    insert into merchant_requests (id, user_id, business_name, sells, state, decided_by, decision_reason, decided_at, created_at)
    select gen_random_uuid(), u.id, 'A shop', 'Tea', 'declined', ${person.id}, 'A test', now(), now()
      from (select id from users where role = 'payer' limit ${ROWS / 5}::int) u`;
  // With a hundred bounds in its histogram, one that happens to begin as what is looked for would stand for a hundredth of all people.
  await test.owner`alter table users alter column email set statistics 1000`;
  // As many as signing up has written above stand there already.
  await test.owner`analyze`;
}, 240_000);

/** The tables of which `read` reads more than that. */
async function readsOf(read: () => Promise<unknown>): Promise<Record<string, number>> {
  const reads = await rowsReadBy(test, TABLES, read);
  return Object.fromEntries([...reads].filter(([, rows]) => rows > ROWS_READ_MAX));
}

const page = { limit: 25 };
const READS: Record<string, () => Promise<unknown>> = {
  "people, newest first": () => findPeople({}, page),
  "people by role": () => findPeople({ role: "merchant" }, page),
  "the frozen": () => findPeople({ isFrozen: true }, page),
  "those who wait": () => findPeople({ isWaiting: true }, page),
  "the queue of those who wait": () => listPendingRequests(25),
  "a handle": () => findPeople({ text: "h4711" }, page),
  "the beginning of an address": () => findPeople({ text: "mail4711" }, page),
  "two words of a name": () => findPeople({ text: "pers family77" }, page),
  "what fits everybody": () => findPeople({ text: "person" }, page),
  "an id": () => findPeople({ text: person.accountId }, page),
  "the audit log": () => searchAudit({}, page),
  "the audit log by actor": () => searchAudit({ actorId: person.id }, page),
  "the audit log by subject": () => searchAudit({ userId: person.id }, page),
  "the audit log by a subject of long ago": () => searchAudit({ userId: ofLongAgo.id }, page),
  "the audit log by action": () => searchAudit({ action: "rename" }, page),
  "the audit log of a day": () =>
    searchAudit({ from: new Date(Date.now() - 9_000_000), until: new Date(Date.now() - 8_000_000) }, page),
  "security events": () => listSecurityEvents({}, page),
  "security events of somebody": () => listSecurityEvents({ userId: person.id }, page),
  "security events of a kind": () => listSecurityEvents({ kind: "locked-out" }, page),
  "security events from somewhere": () => listSecurityEvents({ address: "192.0.2.1" }, page),
};

it.each(Object.entries(READS))("%s: by an index", async (_name, read) => {
  expect(await readsOf(read)).toEqual({});
});

it("pages of people follow one another, leave nobody out and show nobody twice, also where many came at one moment", async () => {
  const at = new Date(Date.UTC(2001, 0, 1)).toISOString();
  await test.owner`
    insert into users (id, name, email, handle, role, created_at)
    select gen_random_uuid(), 'Twin', 'twin' || n || '@once.test', 'twin' || n, 'payer', ${at}::timestamptz
      from generate_series(1, 60) n`;
  const seen: string[] = [];
  let afterId: string | undefined;
  do {
    const { people, hasMore } = await findPeople({ text: "twin" }, { limit: 25, afterId });
    seen.push(...people.map(({ handle }) => handle));
    afterId = hasMore ? people.at(-1)?.id : undefined;
  } while (afterId !== undefined);
  expect(seen).toHaveLength(60);
  expect(new Set(seen).size).toBe(60);
});

it("finds by what begins so, takes no sign for a pattern, and says where more fit than it takes", async () => {
  const find = async (text: string) => (await findPeople({ text }, page)).people.map(({ handle }) => handle);
  expect(await find("@H99999")).toEqual(["h99999"]);
  expect(await find("Mail99999@EXAMPLE")).toEqual(["h99999"]);
  expect(await find("99999")).toEqual(["h99999"]);
  expect(await find("family999 99999")).toEqual(["h99999"]);
  expect(await find(person.id.toUpperCase())).toEqual([person.handle]);
  expect(await find(person.accountId)).toEqual([person.handle]);
  for (const text of ["%", "h_9999", "h%", "' or 1=1", "&|!:*", randomUUID()])
    expect(await find(text), text).toEqual([]);
  expect((await findPeople({ text: "person" }, page)).isCut).toBe(true);
  expect((await findPeople({ text: "h4711" }, page)).isCut).toBe(false);
});
