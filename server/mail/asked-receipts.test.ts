/** A receipt that somebody asks to have mailed: to them alone, once for each wish, and never more than is good. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { flushAttempts, recordAttempt } from "@/db/attempts/record";
import { claimMails } from "@/db/mail/outbox";
import { pay } from "@/db/payments/pay";
import { testDatabase } from "@/db/testing/fixtures/database";
import { keyFor, newOrder, newPerson } from "@/db/testing/fixtures/people";
import { readPdf } from "../documents/testing.ts";
import { mailAskedReceipt } from "./asked-receipts.ts";
import { compose } from "./compose.ts";
import { readContent } from "./content.ts";
import { composeReceipt } from "./receipt-message.ts";

const test = testDatabase();

beforeAll(() => {
  vi.stubEnv("DATABASE_URL", "postgres://unused@127.0.0.1/unused");
  vi.stubEnv("ONCE_SMTP_URL", "smtp://127.0.0.1:1");
  vi.stubEnv("ONCE_MAIL_FROM", "Once <pay@shop.test>");
  vi.stubEnv("ONCE_URL", "https://pay.shop.test");
});
beforeEach(() => test.owner`delete from mail_outbox`);
afterAll(() => vi.unstubAllEnvs());

const stored = () => test.owner<{ recipient: string; locale: string }[]>`
  select recipient, locale from mail_outbox order by id`;

async function sale(balanceMinor = 10_000n) {
  const payer = await newPerson(test.owner, balanceMinor);
  const merchant = await newPerson(test.owner, 0n, "merchant");
  await test.owner`update users set email_verified = true where id in (${payer.id}, ${merchant.id})`;
  const { purpose, command } = await newOrder(merchant, "3800");
  const id = await keyFor(payer.id, purpose);
  const paid = await pay(payer.id, id, command);
  if (paid.type !== "settled") throw new Error("Bug: the payment has no outcome.");
  recordAttempt({
    userId: payer.id,
    key: id,
    channel: "action",
    verdict: "paid",
    arrivedAt: new Date("2026-03-02T09:38:12.001Z"),
    requestId: "of-the-payer",
  });
  await flushAttempts();
  return { id, payer, merchant };
}

describe("asking", () => {
  it("twice by one form stores one mail, by another form another, each to who asks", async () => {
    const { id, payer } = await sale();
    const asked = { paymentId: id, userId: payer.id, intentId: randomUUID(), locale: "de" } as const;
    const results = await Promise.all(Array.from({ length: 6 }, () => mailAskedReceipt(asked)));
    expect(new Set(results)).toEqual(new Set(["sent"]));
    const mail = { recipient: `${payer.handle}@once.test`, locale: "de" };
    expect(await stored()).toEqual([mail]);
    await mailAskedReceipt({ ...asked, intentId: randomUUID() });
    expect(await stored()).toEqual([mail, mail]);
  });

  it("by two people with the same form's id stores a mail for each", async () => {
    const { id, payer, merchant } = await sale();
    const asked = { paymentId: id, intentId: randomUUID(), locale: "en" } as const;
    await mailAskedReceipt({ ...asked, userId: payer.id });
    await mailAskedReceipt({ ...asked, userId: merchant.id });
    expect((await stored()).map(({ recipient }) => recipient)).toEqual([
      `${payer.handle}@once.test`,
      `${merchant.handle}@once.test`,
    ]);
  });

  it("without a confirmed address stores nothing", async () => {
    const { id, payer } = await sale();
    await test.owner`update users set email_verified = false where id = ${payer.id}`;
    const asked = { paymentId: id, userId: payer.id, intentId: randomUUID(), locale: "en" } as const;
    expect(await mailAskedReceipt(asked)).toBe("unverified");
    expect(await stored()).toEqual([]);
  });

  it("again and again stores twenty within an hour", async () => {
    const { id, payer, merchant } = await sale();
    const ask = (userId: string) =>
      mailAskedReceipt({ paymentId: id, userId, intentId: randomUUID(), locale: "en" });
    const results = await Promise.all(Array.from({ length: 25 }, () => ask(payer.id)));
    expect(results.filter((result) => result === "limited")).toHaveLength(5);
    expect(await stored()).toHaveLength(20);
    expect(await ask(merchant.id)).toBe("sent");
  });
});

describe("the mail", () => {
  async function mailTo(userId: string, paymentId: string, locale: "en" | "de" = "en") {
    await mailAskedReceipt({ paymentId, userId, intentId: randomUUID(), locale });
    const [claimed] = await claimMails(["receipt"], 1);
    if (!claimed) throw new Error("Bug: no mail was stored.");
    return compose(readContent(claimed.kind, claimed.content), claimed.locale);
  }

  it("says what the page says, as text, as HTML and as a PDF, in the language of the page", async () => {
    const { id, payer, merchant } = await sale();
    const { subject, text, html, attachments = [] } = await mailTo(payer.id, id, "de");
    expect(subject).toBe("Beleg: 38,00\u00a0$");
    for (const part of [text, html]) {
      expect(part).toContain("38,00\u00a0$ bezahlt");
      expect(part).toContain(`@${merchant.handle}`);
      expect(part).toContain("„Bezahlen“ ging einmal ein, abgebucht wurde einmal.");
      expect(part).toContain(`https://pay.shop.test/payments/${id}`);
      expect(part).toContain("Sie haben diesen Beleg auf seiner Seite angefordert.");
    }
    expect(attachments).toMatchObject([{ filename: `beleg-${id}.pdf`, contentType: "application/pdf" }]);
    const pdf = readPdf(attachments[0]?.content ?? Buffer.alloc(0));
    expect(pdf.lang).toBe("de");
    expect(pdf.pages.flat()).toContain("38,00 $ bezahlt");
  });

  it("tells the payee nothing of the payer's arrivals or balance", async () => {
    const { id, merchant } = await sale();
    const { text, html, attachments = [] } = await mailTo(merchant.id, id);
    const said = [text, html, ...readPdf(attachments[0]?.content ?? Buffer.alloc(0)).pages.flat()].join("\n");
    expect(said).toContain("Received from");
    expect(said).toContain("Balance after it: $38.00");
    expect(said).not.toMatch(/of-the-payer|was received|\$62\.00/);
  });

  it("of a declined try says so in its subject, and what to do", async () => {
    const { id, payer } = await sale(100n);
    const { subject, text } = await mailTo(payer.id, id);
    expect(subject).toBe("Declined: $38.00. No money has moved.");
    expect(text).toContain("Nothing was taken.");
  });

  it("that follows a payment by itself brings no PDF", async () => {
    const { id, payer } = await sale();
    const { text, attachments } = await composeReceipt({ paymentId: id, userId: payer.id }, "en");
    expect(attachments).toEqual([]);
    expect(text).toContain("Paid $38.00");
  });
});
