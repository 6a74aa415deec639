/** Mails, by a real mail server on this machine and a real reader of mails. */
import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { claimMails, enqueueReceipts } from "@/db/mail/outbox";
import { pay } from "@/db/payments/pay";
import { testDatabase } from "@/db/testing/fixtures/database";
import { keyFor, newOrder, newPerson } from "@/db/testing/fixtures/people";
import { compose } from "./compose.ts";
import { MAIL_KINDS, readContent } from "./content.ts";
import { makeMessage } from "./message.ts";
import { queueMail } from "./queue.ts";
import { flushReceipts, noteReceipt } from "./receipts.ts";
import { closeSmtp, sendBySmtp } from "./smtp.ts";
import { giveUpExpired, retryAfterSeconds, sendDueMails } from "./worker.ts";

const test = testDatabase();

type Received = { from: string; to: string[]; mail: ParsedMail };
const received: Received[] = [];
/** What the server says to the next recipients, before it takes any. */
let refusals: number[] = [];
/** What it says beside the code, where that is anything. */
let saying: string | undefined;

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ["STARTTLS"],
  onRcptTo(_address, _session, done) {
    const code = refusals.shift();
    done(
      code === undefined
        ? null
        : Object.assign(new Error(saying ?? `The server says ${code}`), { responseCode: code }),
    );
  },
  onData(stream, session, done) {
    const { mailFrom, rcptTo } = session.envelope;
    simpleParser(stream).then((mail) => {
      received.push({
        from: mailFrom === false ? "" : mailFrom.address,
        to: rcptTo.map(({ address }) => address),
        mail,
      });
      done();
    }, done);
  },
});

let url = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
});
beforeEach(async () => {
  vi.stubEnv("ONCE_SMTP_URL", url);
  vi.stubEnv("ONCE_MAIL_FROM", "Once <pay@shop.test>");
  vi.stubEnv("ONCE_URL", "https://pay.shop.test");
  received.length = 0;
  refusals = [];
  saying = undefined;
  await test.owner`delete from mail_outbox`;
});
afterEach(() => closeSmtp());
afterAll(async () => {
  vi.unstubAllEnvs();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

const resetOf = (
  recipient: string,
  more: { name?: string; locale?: "en" | "de"; expiresInSeconds?: number } = {},
) =>
  queueMail({
    key: `test:${randomUUID()}`,
    recipient,
    locale: more.locale ?? "en",
    expiresInSeconds: more.expiresInSeconds ?? 3_600,
    content: {
      kind: "reset-password",
      url: "https://pay.shop.test/reset-password/new?token=a-secret",
      name: more.name ?? "Alice",
      handle: "alice",
    },
  });

const outbox = () =>
  test.owner<{ outcome: string | null; reason: string | null; attempts: number; all: string }[]>`
    select outcome, reason, attempts, to_jsonb(mail_outbox.*)::text as all from mail_outbox`;
const endWaits = () =>
  test.owner`update mail_outbox set due_at = now() - interval '1 second' where due_at is not null`;

describe("a mail", () => {
  it("arrives, as text and as HTML, and its secret stays nowhere", async () => {
    await resetOf("alice@shop.test");
    expect(await sendDueMails()).toBe(1);
    expect(received).toHaveLength(1);
    const [{ from, to, mail }] = received as [Received];
    expect([from, to]).toEqual(["pay@shop.test", ["alice@shop.test"]]);
    expect(mail.from?.value).toEqual([{ name: "Once", address: "pay@shop.test" }]);
    expect(mail.subject).toBe("Choose a new password");
    expect(mail.text).toContain("https://pay.shop.test/reset-password/new?token=a-secret");
    expect(mail.html).toContain('href="https://pay.shop.test/reset-password/new?token=a-secret"');
    expect(mail.headers.get("auto-submitted")).toBe("auto-generated");
    const [row] = await outbox();
    expect(row).toMatchObject({ outcome: "sent", attempts: 1 });
    // In the demo the page that shows mails keeps a copy; outside there is none.
    await test.owner`update mail_outbox set demo_copy = null`;
    expect((await outbox())[0]?.all).not.toContain("a-secret");
  });

  it("outside the demo leaves no copy of what it said", async () => {
    vi.stubEnv("DATABASE_URL", test.appUrl);
    await resetOf("alice@shop.test");
    await sendDueMails();
    expect(received).toHaveLength(1);
    expect((await outbox())[0]?.all).not.toContain("a-secret");
  });

  it("is in the language of the person", async () => {
    await resetOf("bob@shop.test", { locale: "de" });
    await sendDueMails();
    expect(received[0]?.mail.subject).toBe("Wählen Sie ein neues Passwort");
    expect(received[0]?.mail.html).toContain('<html lang="de">');
  });

  it("that a server sent before it died is sent again by another, and is recognisable as the same", async () => {
    await resetOf("alice@shop.test");
    const [mail] = await claimMails(MAIL_KINDS, 1);
    if (!mail) throw new Error("Bug: nothing was due.");
    await sendBySmtp(mail, await compose(readContent(mail.kind, mail.content), mail.locale));
    // It dies here: nothing of this was written.
    expect(await sendDueMails()).toBe(0);
    await endWaits();
    expect(await sendDueMails()).toBe(1);
    expect(received).toHaveLength(2);
    const ids = received.map(({ mail: { messageId, date } }) => `${messageId} ${date?.toISOString()}`);
    expect(ids[0]).toBe(ids[1]);
    expect(received[0]?.mail.messageId).toBe(`<${mail.id}@shop.test>`);
  });

  it("is sent once by two workers that look at the same time", async () => {
    await Promise.all(Array.from({ length: 10 }, (_, n) => resetOf(`p${n}@shop.test`)));
    await Promise.all([sendDueMails(), sendDueMails(), sendDueMails(), sendDueMails()]);
    expect(received.map(({ to }) => to[0]).sort()).toEqual(
      Array.from({ length: 10 }, (_, n) => `p${n}@shop.test`).sort(),
    );
  });

  it("that the mail server puts off is tried again, and then arrives", async () => {
    refusals = [451];
    await resetOf("alice@shop.test");
    await sendDueMails();
    const [waiting] = await outbox();
    expect(waiting).toMatchObject({ outcome: null, attempts: 1, reason: expect.stringContaining("451") });
    expect(await sendDueMails()).toBe(0);
    await endWaits();
    await sendDueMails();
    expect(received).toHaveLength(1);
    expect(await outbox()).toMatchObject([{ outcome: "sent", attempts: 2, reason: null }]);
  });

  it("that the mail server refuses is given up at once, with what it said, and its secret goes", async () => {
    refusals = [550];
    await resetOf("nobody@shop.test");
    await sendDueMails();
    const [row] = await outbox();
    expect(row).toMatchObject({ outcome: "given-up", reason: expect.stringContaining("550") });
    expect(row?.all).not.toContain("a-secret");
  });

  it.each([451, 550])("that is answered by %i with words of it leaves the codes alone", async (code) => {
    refusals = [code];
    saying = "5.7.1 spam: https://pay.shop.test/reset-password/new?token=a-secret for alice@shop.test";
    await resetOf("alice@shop.test");
    await sendDueMails();
    const [row] = await outbox();
    expect(row?.reason).toBe(`EENVELOPE ${code} 5.7.1`);
  });

  it("waits where there is no mail server, longer each time, and is given up when its time is over", async () => {
    vi.stubEnv("ONCE_SMTP_URL", "smtp://127.0.0.1:1");
    await resetOf("alice@shop.test");
    await sendDueMails();
    expect(await outbox()).toMatchObject([
      { outcome: null, attempts: 1, reason: expect.stringContaining("ECONNREFUSED") },
    ]);
    await test.owner`update mail_outbox set expires_at = now() - interval '1 second'`;
    await giveUpExpired();
    const [row] = await outbox();
    expect(row).toMatchObject({ outcome: "given-up", reason: expect.stringContaining("ECONNREFUSED") });
    expect(row?.all).not.toContain("a-secret");
    const pauses = [1, 2, 3, 4, 9].map(retryAfterSeconds);
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(pauses[0]).toBeLessThan(60);
    expect(pauses[4]).toBeLessThan(3 * 60 * 60);
  });
});

describe("words of strangers in a mail", () => {
  it("are words: long ones, markup, line ends and turned ones", async () => {
    const name = `<script>alert(1)</script>\r\nBcc: evil@shop.test\u202E ${"Ä".repeat(3_000)}`;
    await resetOf("alice@shop.test", { name });
    await sendDueMails();
    const [{ to, mail }] = received as [Received];
    expect(to).toEqual(["alice@shop.test"]);
    expect(mail.bcc).toBeUndefined();
    expect(mail.html).not.toContain("<script>");
    expect(mail.html).toContain("&lt;script&gt;");
    expect(mail.text).toContain("Ä".repeat(3_000));
    expect(mail.text).not.toContain("\u202E");
  });

  it("make no header of their own, not even in a subject", async () => {
    const subject = `Receipt\r\nBcc: evil@shop.test\r\n\r\nBody ${"x".repeat(2_000)}`;
    const mail = { id: randomUUID(), recipient: "alice@shop.test", enqueuedAtMs: Date.now() };
    await sendBySmtp(mail, makeMessage("en", subject, [{ type: "text", text: "The text." }]));
    const [one] = received as [Received];
    expect(one.to).toEqual(["alice@shop.test"]);
    expect(one.mail.bcc).toBeUndefined();
    expect(one.mail.text?.trim()).toBe("The text.");
    expect(one.mail.subject).toContain("Bcc: evil@shop.test");
  });

  it.each([
    "alice@shop.test, bob@shop.test",
    "alice@shop.test>\r\nRCPT TO:<evil@shop.test",
    "group: alice@shop.test;",
    "Alice <alice@shop.test>",
    '"a b"@shop.test',
    "alice",
    "",
  ])("are no address of somebody else: %j", async (recipient) => {
    const mail = { id: randomUUID(), recipient, enqueuedAtMs: Date.now() };
    const message = makeMessage("en", "Subject", [{ type: "text", text: "Text." }]);
    await expect(sendBySmtp(mail, message)).rejects.toMatchObject({ name: "MailRefused" });
    expect(received).toEqual([]);
  });

  it("may be an odd address that is one", async () => {
    const recipient = `o'brien+${"x".repeat(40)}@sub.shop.test`;
    const mail = { id: randomUUID(), recipient, enqueuedAtMs: Date.now() };
    await sendBySmtp(mail, makeMessage("en", "Subject", [{ type: "text", text: "Text." }]));
    expect(received[0]?.to).toEqual([recipient]);
  });
});

describe("the receipt of a payment", () => {
  async function aPayment() {
    const payer = await newPerson(test.owner, 10_000n);
    await test.owner`update users set email_verified = true where id = ${payer.id}`;
    const { purpose, command } = await newOrder(await newPerson(test.owner, 0n, "merchant"), "3800");
    const paid = await pay(payer.id, await keyFor(payer.id, purpose), command);
    if (paid.type !== "settled") throw new Error("Bug: the payment was not made.");
    return { payer, payment: paid.payment };
  }

  it("is mailed once, however often the payment was asked for and noted", async () => {
    const { payer, payment } = await aPayment();
    for (let time = 0; time < 5; time += 1) noteReceipt(payment);
    await flushReceipts();
    noteReceipt(payment);
    await flushReceipts();
    while ((await sendDueMails()) > 0);
    expect(received).toHaveLength(1);
    const [{ to, mail }] = received as [Received];
    expect(to).toEqual([`${payer.handle}@once.test`]);
    expect(mail.subject).toBe("Receipt: $38.00");
    expect(mail.text).toContain(payment.id);
    expect(mail.html).toContain(`https://pay.shop.test/payments/${payment.id}`);
  });

  it("is none of a payment that was declined, of money that came in, or of one of long ago", async () => {
    const { payment } = await aPayment();
    noteReceipt({ ...payment, status: "declined" });
    noteReceipt({ ...payment, kind: "top-up" });
    noteReceipt({ ...payment, settledAt: new Date(Date.now() - 48 * 60 * 60 * 1_000) });
    await flushReceipts();
    expect(await outbox()).toEqual([]);
  });

  it("is stored later where the database is away, and nothing else fails", async () => {
    const { payment } = await aPayment();
    await test.owner.unsafe("revoke insert on mail_outbox from once_app");
    noteReceipt(payment);
    await flushReceipts();
    await test.owner.unsafe("grant insert on mail_outbox to once_app");
    expect(await outbox()).toEqual([]);
    await flushReceipts();
    expect(await outbox()).toHaveLength(1);
  });

  it("of a payment that somebody has no part in is never composed", async () => {
    const { payment } = await aPayment();
    const stranger = await newPerson(test.owner, 0n);
    await test.owner`update users set email_verified = true where id = ${stranger.id}`;
    await enqueueReceipts([{ paymentId: payment.id, userId: stranger.id }], 60);
    await sendDueMails();
    expect(received).toEqual([]);
    expect(await outbox()).toMatchObject([{ outcome: null, attempts: 1 }]);
  });
});
