/** The outbox: each mail is stored once, taken by one server at a time, and leaves no secret behind. */
import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { testDatabase } from "../testing/fixtures/database.ts";
import { newPerson } from "../testing/fixtures/people.ts";
import {
  claimMails,
  enqueueMails,
  enqueueReceipts,
  expireMails,
  LEASE_SECONDS,
  type NewMail,
  recordFailure,
  recordSent,
} from "./outbox.ts";

const test = testDatabase();
const KINDS = ["reset-password"];

beforeEach(async () => {
  await test.owner`delete from mail_outbox`;
});

function aMail(more: Partial<NewMail> = {}): NewMail {
  return {
    key: `test:${randomUUID()}`,
    kind: "reset-password",
    recipient: "alice@once.test",
    locale: "en",
    content: { url: "https://once.test/secret" },
    expiresInSeconds: 3_600,
    ...more,
  };
}

type Row = {
  id: string;
  dedupeKey: string;
  content: unknown;
  outcome: string | null;
  reason: string | null;
  attempts: number;
  waitSeconds: number | null;
};

const rows = () => test.owner<Row[]>`
  select id, dedupe_key as "dedupeKey", content, outcome, reason, attempts,
         extract(epoch from due_at - now())::float8 as "waitSeconds" from mail_outbox order by id`;

/** As if the time that a server has for a mail were over. */
const endLeases = () =>
  test.owner`update mail_outbox set due_at = now() - interval '1 second' where due_at is not null`;

describe("a mail", () => {
  it("is stored once for its key, however many store it at once", async () => {
    const mail = aMail();
    const stored = await Promise.all(Array.from({ length: 12 }, () => enqueueMails([mail, aMail()])));
    expect(stored.reduce((sum, one) => sum + one, 0)).toBe(13);
    expect((await rows()).filter(({ dedupeKey }) => dedupeKey === mail.key)).toHaveLength(1);
  });

  it("is taken by one server only, however many take at once", async () => {
    await enqueueMails(Array.from({ length: 60 }, () => aMail()));
    const taken = (await Promise.all(Array.from({ length: 16 }, () => claimMails(KINDS, 5)))).flat();
    const rest = (await Promise.all(Array.from({ length: 16 }, () => claimMails(KINDS, 5)))).flat();
    const ids = [...taken, ...rest].map(({ id }) => id);
    expect(ids).toHaveLength(60);
    expect(new Set(ids).size).toBe(60);
  });

  it("of a server that died is taken by another when its time is over, and stays the same mail", async () => {
    await enqueueMails([aMail()]);
    const [first] = await claimMails(KINDS, 5);
    expect(first).toMatchObject({ attempt: 1, recipient: "alice@once.test" });
    expect(await claimMails(KINDS, 5)).toEqual([]);
    const [{ waitSeconds } = { waitSeconds: 0 }] = await rows();
    expect(waitSeconds).toBeGreaterThan(LEASE_SECONDS - 30);
    await endLeases();
    const [second] = await claimMails(KINDS, 5);
    expect(second).toEqual({ ...first, attempt: 2 });
    // The first one lives after all and says that it failed: it is not its mail any more.
    await recordFailure(first ?? { id: "", attempt: 0 }, "Late.", undefined);
    expect(await rows()).toMatchObject([{ outcome: null, reason: null, attempts: 2 }]);
    // But what is sent is sent.
    await recordSent(first?.id ?? "");
    expect(await rows()).toMatchObject([{ outcome: "sent", content: null }]);
    await endLeases();
    expect(await claimMails(KINDS, 5)).toEqual([]);
  });

  it("whose reason has characters that no text holds is put down all the same", async () => {
    await enqueueMails([aMail()]);
    const [claimed] = await claimMails(KINDS, 1);
    await recordFailure(claimed ?? { id: "", attempt: 0 }, "550 no\u0000such\r\none", undefined);
    expect(await rows()).toMatchObject([{ outcome: "given-up", reason: "550 no such one" }]);
  });

  it("that was not sent is due again later, with its reason, until it is given up", async () => {
    await enqueueMails([aMail()]);
    const [first] = await claimMails(KINDS, 1);
    await recordFailure(first ?? { id: "", attempt: 0 }, "x".repeat(2_000), 90);
    const [waiting] = await rows();
    expect(waiting).toMatchObject({ outcome: null, attempts: 1, reason: "x".repeat(500) });
    expect(waiting?.waitSeconds).toBeGreaterThan(60);
    await endLeases();
    const [second] = await claimMails(KINDS, 1);
    await recordFailure(second ?? { id: "", attempt: 0 }, "550 no", undefined);
    expect(await rows()).toMatchObject([{ outcome: "given-up", reason: "550 no", content: null }]);
  });

  it("leaves no content behind once it is sent, given up or out of time, and the table itself sees to it", async () => {
    await enqueueMails([aMail({ expiresInSeconds: -1 }), aMail({ expiresInSeconds: 3_600 }), aMail()]);
    expect(await expireMails()).toMatchObject([{ kind: "reset-password", attempts: 0 }]);
    const [sent, refused] = await claimMails(KINDS, 5);
    await recordSent(sent?.id ?? "");
    await recordFailure(refused ?? { id: "", attempt: 0 }, "No.", undefined);
    const all = await rows();
    expect(all.map(({ outcome }) => outcome).sort()).toEqual(["given-up", "given-up", "sent"]);
    expect(JSON.stringify(all)).not.toContain("secret");
    await expect(test.owner`update mail_outbox set content = '{}'`).rejects.toThrow(
      /finished_without_content/,
    );
  });

  it("whose time is over is not sent", async () => {
    await enqueueMails([aMail({ expiresInSeconds: -1 })]);
    expect(await claimMails(KINDS, 5)).toEqual([]);
  });

  it("of a kind that this build does not know is left to one that does", async () => {
    await enqueueMails([aMail({ kind: "of-tomorrow" })]);
    expect(await claimMails(KINDS, 5)).toEqual([]);
    expect(await claimMails(["of-tomorrow"], 5)).toHaveLength(1);
  });

  it("is forgotten after a month", async () => {
    await enqueueMails([aMail(), aMail()]);
    for (const { id } of await claimMails(KINDS, 5)) await recordSent(id);
    await test.owner`
      update mail_outbox set finished_at = now() - interval '31 days' where id = (select id from mail_outbox limit 1)`;
    await expireMails();
    expect(await rows()).toHaveLength(1);
  });
});

describe("the receipt of a payment", () => {
  it("is stored once, to the payer's verified address, in their language, unless they have switched it off", async () => {
    const people = await Promise.all(Array.from({ length: 3 }, () => newPerson(test.owner, 0n)));
    const [wants, unverified, off] = people.map(({ id }) => id);
    await test.owner`update users set email_verified = true, locale = 'de' where id in (${wants ?? ""}, ${off ?? ""})`;
    await test.owner`update users set receipts_by_mail = false where id = ${off ?? ""}`;
    const due = [wants, unverified, off].map((userId) => ({ paymentId: randomUUID(), userId: userId ?? "" }));
    const counts = await Promise.all([
      enqueueReceipts(due, 60),
      enqueueReceipts(due, 60),
      enqueueReceipts(due, 60),
    ]);
    expect(counts.sort()).toEqual([0, 0, 1]);
    const [mail] = await claimMails(["receipt"], 5);
    expect(mail).toMatchObject({ locale: "de", content: { paymentId: due[0]?.paymentId, userId: wants } });
    expect(await rows()).toMatchObject([{ dedupeKey: `receipt:${due[0]?.paymentId}` }]);
  });
});
