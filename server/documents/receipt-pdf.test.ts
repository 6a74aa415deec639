/** The receipt as a file: what it says, in both languages and every alphabet, over as many pages as it takes. */
import { describe, expect, it } from "vitest";
import type { Payment } from "@/lib/api/payment";
import type { Receipt } from "@/lib/receipt";
import { receiptPdf } from "./receipt-pdf.ts";
import { type ReadPdf, readPdf } from "./testing.ts";

const PAYMENT: Payment = {
  id: "019ab3c2-40d5-7dbd-bc93-6894a57f9324",
  kind: "order",
  status: "succeeded",
  amountMinor: "1000",
  currency: "USD",
  payerAccountId: "payer-account",
  payeeAccountId: "payee-account",
  orderId: "5b0f3d0e-6a53-4f3c-9d52-0c1d8f8f6a11",
  settledAt: "2026-03-02T09:38:12.345Z",
};
const ALICE = { id: "alice", name: "Alice", handle: "alice" };
const MIA = { id: "mia", name: "Bluebird Coffee", handle: "mia" };

/** A paid order of Alice's, pressed three times, as she sees it. */
const SEEN_BY_ALICE: Receipt = {
  payment: PAYMENT,
  userId: ALICE.id,
  payer: ALICE,
  payee: MIA,
  order: {
    id: "5b0f3d0e-6a53-4f3c-9d52-0c1d8f8f6a11",
    merchant: { id: "mia", name: "Bluebird Coffee", handle: "mia" },
    description: "House espresso",
    currency: "USD",
    totalMinor: "1000",
    items: [{ description: "House espresso, 1 kg", quantity: 2, amountMinor: "500" }],
    state: "paid",
    createdAt: "2026-03-02T09:30:00.000Z",
  },
  refunds: {
    refundedMinor: "300",
    leftMinor: "700",
    listed: [
      {
        paymentId: "019ab3c2-40d5-7dbd-bc93-6894a57f9325",
        amountMinor: "300",
        settledAt: "2026-03-03T10:00:00.000Z",
        note: "One bag was torn",
      },
    ],
  },
  proof: {
    issuedAt: "2026-03-02T09:38:02.001Z",
    arrivals: [
      { id: "1", arrivedAt: "2026-03-02T09:38:12.301Z", channel: "action", verdict: "paid" },
      {
        id: "2",
        arrivedAt: "2026-03-02T09:38:12.302Z",
        channel: "api",
        verdict: "replayed",
        requestId: "r-2",
      },
      {
        id: "3",
        arrivedAt: "2026-03-02T09:38:12.303Z",
        channel: "form",
        verdict: "replayed",
        requestId: "r-3",
      },
    ],
    transfer: {
      debit: {
        accountId: "payer-account",
        party: ALICE,
        own: { entryNumber: "17", balanceAfterMinor: "4000" },
      },
      credit: { accountId: "payee-account", party: MIA },
    },
    seal: { position: "42", sealedAt: "2026-03-02T09:38:14.000Z" },
  },
};

async function read(receipt: Receipt, locale: "en" | "de" = "en", viewerId = ALICE.id): Promise<ReadPdf> {
  const { content } = await receiptPdf(receipt, { id: viewerId, locale });
  return readPdf(content);
}

const linesOf = ({ pages }: ReadPdf): string[] => pages.flat();

describe("what it says", () => {
  it("in English", async () => {
    const pdf = await read(SEEN_BY_ALICE);
    const lines = linesOf(pdf);
    for (const line of [
      "Paid $10.00",
      "Your money has moved once, to Bluebird Coffee.",
      "FromAlice @alice (you)",
      "ToBluebird Coffee @mia",
      "WhenMarch 2, 2026 at 09:38 UTC",
      "House espresso, 1 kg$10.00",
      "2 × $5.00",
      "Total$10.00",
      "$3.00 of $10.00 refunded",
      "Not refunded: $7.00",
      "March 3, 2026 at 10:00 UTC−$3.00",
      "For: One bag was torn · 019ab3c2-40d5-7dbd-bc93-6894a57f9325",
      "Pay was received 3 times and charged once.",
      "Mar 2, 2026, 09:38:12.301 UTC",
      "This request was carried out: $10.00 moved, once.",
      "Request r-3",
      "Debit: −$10.00",
      "Entry 17 of this account. Balance after it: $40.00.",
      "Credit: +$10.00",
      "USD account payee-account",
      "Journal: Position 42, sealed Mar 2, 2026, 09:38:14.000 UTC",
      `Receipt ${PAYMENT.id} · Page 1 of 2`,
    ])
      expect(lines).toContain(line);
    expect(pdf).toMatchObject({ lang: "en", title: `Receipt ${PAYMENT.id}`, isTagged: true });
  });

  it("in German", async () => {
    const pdf = await read(SEEN_BY_ALICE, "de");
    const lines = linesOf(pdf);
    for (const line of [
      "10,00 $ bezahlt",
      "VonAlice @alice (Sie)",
      "Wann2. März 2026 um 09:38 UTC",
      "3,00 $ von 10,00 $ erstattet",
      "„Bezahlen“ ging 3-mal ein, abgebucht wurde einmal.",
      "2. März 2026, 09:38:12,301 UTC",
      `Beleg ${PAYMENT.id} · Seite 1 von 2`,
    ])
      expect(lines).toContain(line);
    expect(pdf).toMatchObject({ lang: "de", title: `Beleg ${PAYMENT.id}` });
  });

  it("where no arrival is recorded that alone, small and after the key, and nothing of reloading", async () => {
    const { seal: _, ...proof } = SEEN_BY_ALICE.proof;
    for (const locale of ["en", "de"] as const) {
      const words = linesOf(await read({ ...SEEN_BY_ALICE, proof: { ...proof, arrivals: [] } }, locale)).join(
        " ",
      );
      const [key, none] =
        locale === "en" ? ["Idempotency key", "No arrival"] : ["Idempotenzschlüssel", "kein Eingang"];
      expect(words.indexOf(none)).toBeGreaterThan(words.indexOf(key));
      expect(words).not.toMatch(/reload|laden Sie/i);
    }
  });

  it("with times in the reader's own zone, where it is known", async () => {
    const reader = { id: ALICE.id, locale: "en", timeZone: "Asia/Tokyo" } as const;
    const lines = linesOf(readPdf((await receiptPdf(SEEN_BY_ALICE, reader)).content));
    expect(lines).toContain("WhenMarch 2, 2026 at 18:38 GMT+9");
    expect(lines).toContain("Mar 2, 2026, 18:38:12.301 GMT+9");
  });

  it("to the payee neither arrivals nor anybody else's balance", async () => {
    const { transfer, seal } = SEEN_BY_ALICE.proof;
    const seenByMia: Receipt = {
      ...SEEN_BY_ALICE,
      proof: {
        ...(seal && { seal }),
        ...(transfer && {
          transfer: {
            debit: { accountId: "payer-account", party: ALICE },
            credit: { ...transfer.credit, own: { entryNumber: "9", balanceAfterMinor: "1700" } },
          },
        }),
      },
    };
    const lines = linesOf(await read(seenByMia, "en", MIA.id));
    expect(lines).toContain("Received from Alice. A part of it has been paid back since.");
    expect(lines).toContain("Entry 9 of this account. Balance after it: $17.00.");
    expect(lines.join("\n")).not.toMatch(/received 3 times|Arrivals|r-2|\$40\.00|Key issued/);
  });

  it.each([
    ["0", "1000", "Received from Alice. The money is in your account."],
    ["1000", "0", "Received from Alice. All of it has been paid back since."],
  ])(
    "to the payee where %s minor units were paid back, what became of it",
    async (refundedMinor, leftMinor, said) => {
      const receipt = { ...SEEN_BY_ALICE, refunds: { refundedMinor, leftMinor, listed: [] } };
      expect(linesOf(await read(receipt, "en", MIA.id))).toContain(said);
      expect(linesOf(await read(receipt))).toContain("Your money has moved once, to Bluebird Coffee.");
    },
  );

  it("of a declined try why, that no money moved, and what next", async () => {
    const { refunds: _refunds, ...rest } = SEEN_BY_ALICE;
    const declined: Receipt = {
      ...rest,
      payment: { ...PAYMENT, status: "declined", declineCode: "order_expired" },
      proof: {
        arrivals: [{ id: "1", arrivedAt: PAYMENT.settledAt, channel: "form", verdict: "declined" }],
      },
    };
    const lines = linesOf(await read(declined));
    expect(lines).toContain("Declined: $10.00. No money has moved.");
    expect(lines).toContain("ReasonThe order had expired");
    expect(lines).toContain("Nothing was taken. Ask for a new order if you still want to pay.");
    expect(lines).toContain("The request was received once, was declined, and moved no money.");
    expect(lines).toContain("A declined payment has no entries in the ledger. No money moved.");
  });

  it.each([
    ["JPY", "Paid ¥1,000"],
    ["KWD", "Paid KWD 1.000"],
    ["EUR", "Paid €10.00"],
    ["INR", "Paid ₹10.00"],
    ["VND", "Paid ₫1,000"],
  ])("in %s with its decimals and its sign", async (currency, title) => {
    const { order: _order, ...rest } = SEEN_BY_ALICE;
    const lines = linesOf(await read({ ...rest, payment: { ...PAYMENT, currency } }));
    expect(lines.map((line) => line.replaceAll("\u00a0", " "))).toContain(title);
    expect(lines.join("")).not.toContain("□");
  });

  it("the same bytes for the same receipt", async () => {
    const [one, other] = [
      await receiptPdf(SEEN_BY_ALICE, { id: ALICE.id, locale: "en" }),
      await receiptPdf(SEEN_BY_ALICE, { id: ALICE.id, locale: "en" }),
    ];
    expect(one.content.equals(other.content)).toBe(true);
    // The file's time is the payment's: nothing in it tells when it was made.
    expect(one.content.toString("latin1").match(/D:\d+Z/g)).toEqual([
      "D:20260302093812Z",
      "D:20260302093812Z",
    ]);
    expect(one.filename).toBe(`receipt-${PAYMENT.id}.pdf`);
  });
});

describe("names", () => {
  const named = (name: string): Receipt => ({ ...SEEN_BY_ALICE, payee: { ...MIA, name } });

  it.each([
    "Łukasz Żółć",
    "Nguyễn Thị Ánh",
    "Ελένη Παπαδοπούλου",
    "Ἀριστοτέλης",
    "Ольга Щербакова",
    "Ғалымжан Қожа",
    "प्रिया शर्मा",
    "Zoe\u0308 e\u0301",
    "Þórður Æsir",
  ])("are drawn as they are: %s", async (name) => {
    const lines = linesOf(await read(named(name)));
    expect(lines).toContain(`To${name.normalize("NFC")} @mia`);
    expect(lines.join("")).not.toContain("□");
  });

  it.each(["דוד כהן", "محمد عبد الله", "山田太郎", "김철수", "สมชาย", "👩‍🚀 Eve", "Аня and דוד"])(
    "that no font has are boxes, said in the file, beside the handle: %s",
    async (name) => {
      const lines = linesOf(await read(named(name)));
      expect(lines).toContain(`To${name} @mia`);
      expect(lines.some((line) => line.startsWith("□ stands for a letter"))).toBe(true);
    },
  );

  it("turn nothing that stands beside them", async () => {
    const lines = linesOf(await read(named("Eve \u202e.moc")));
    expect(lines).toContain("ToEve .moc @mia");
  });

  it("of whatever length stay in their column", async () => {
    const name = "W".repeat(200);
    const lines = linesOf(await read(named(name)));
    const from = lines.findIndex((line) => line.startsWith("ToWWW"));
    const until = lines.findIndex((line) => line.startsWith("When"));
    const drawn = lines.slice(from, until);
    expect(drawn.length).toBeGreaterThan(3);
    expect(drawn.join("").replace("To", "")).toBe(`${name} @mia`);
  });
});

it("goes over as many pages as a hundred items take, each with its number", async () => {
  const items = Array.from({ length: 100 }, (_, at) => ({
    description: `Item ${at + 1}`,
    quantity: at % 2 === 0 ? 1 : 3,
    amountMinor: "100",
  }));
  const order = SEEN_BY_ALICE.order && { ...SEEN_BY_ALICE.order, items, totalMinor: "20000" };
  const pdf = await read({ ...SEEN_BY_ALICE, ...(order && { order }) });
  expect(pdf.pages.length).toBeGreaterThan(3);
  pdf.pages.forEach((lines, at) => {
    expect(lines.at(-1)).toBe(`Receipt ${PAYMENT.id} · Page ${at + 1} of ${pdf.pages.length}`);
    expect(lines.length).toBeGreaterThan(2);
  });
  const lines = linesOf(pdf);
  for (let at = 1; at <= 100; at += 1)
    expect(lines.filter((line) => line.startsWith(`Item ${at}$`))).toHaveLength(1);
  expect(lines).toContain("Total$200.00");
});

it("is tagged: headings, tables with their rows, paragraphs", async () => {
  const { tags } = await read(SEEN_BY_ALICE);
  for (const tag of ["Document", "H1", "H2", "H3", "P", "Table", "TR", "TH", "TD"])
    expect(tags).toContain(tag);
  expect(tags.filter((tag) => tag === "H1")).toHaveLength(1);
});
