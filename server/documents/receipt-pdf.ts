/** The receipt as a PDF: what its page says, in the same language, on A4. */
import type { Receipt } from "@/lib/receipt";
import { translatorFor } from "../texts.ts";
import {
  type AmountList,
  type NamedLine,
  type Passage,
  type Reader,
  type ReceiptLines,
  receiptLines,
} from "./receipt-lines.ts";
import { BODY, CONTENT_WIDTH, type Element, Sheet, SOFT, type Style } from "./sheet.ts";

const BRAND: Style = { size: 12, weight: "600", colour: SOFT };
const TITLE: Style = { size: 22, weight: "600", colour: BODY.colour };
const HEADING: Style = { size: 13, weight: "600", colour: BODY.colour };
const SUBHEADING: Style = { size: 10, weight: "600", colour: BODY.colour };
const QUIET: Style = { ...BODY, colour: SOFT };
const SMALL: Style = { size: 8.5, weight: "400", colour: SOFT };

const GAP = 16;
const NAME_WIDTH = 130;
/** The widest amount, of nineteen digits and a currency, fits. */
const AMOUNT_WIDTH = 160;
/** A heading stays with the lines that follow it. */
const HEADING_NEEDS = 70;

/** The file, and what it is called. The same payment, seen by the same person, makes the same file while nothing is added to it. */
export async function receiptPdf(
  receipt: Receipt,
  reader: Reader,
): Promise<{ filename: string; contentType: "application/pdf"; content: Buffer }> {
  const { locale } = reader;
  const t = translatorFor(locale, "receipt");
  const lines = receiptLines(receipt, reader);
  const { id, settledAt } = receipt.payment;
  const label = translatorFor(locale, "payment")("receiptLabel");
  const sheet = new Sheet({ title: `${label} ${id}`, locale, at: new Date(settledAt) });
  sheet.paragraph(translatorFor(locale, "site")("name"), BRAND);
  sheet.space(6);
  sheet.paragraph(lines.title, TITLE, "H1");
  if (lines.subtitle !== undefined) sheet.paragraph(lines.subtitle, QUIET);
  sheet.rule();
  facts(sheet, lines.facts);
  if (lines.next) passage(sheet, lines.next);
  if (lines.order) amounts(sheet, lines.order);
  if (lines.refunds) amounts(sheet, lines.refunds);
  if (lines.refunded) passage(sheet, lines.refunded);
  proof(sheet, lines.proof);
  if (sheet.hasBoxes) {
    sheet.rule();
    sheet.paragraph(t("boxes"), SMALL);
  }
  const content = await sheet.finish((page, pages) => `${label} ${id} · ${t("page", { page, pages })}`);
  return { filename: `${label.toLowerCase()}-${id}.pdf`, contentType: "application/pdf", content };
}

/** Names and values, one pair a line, as a table whose first column has the names. */
function facts(sheet: Sheet, pairs: readonly NamedLine[]): void {
  const table = sheet.element("Table");
  for (const [name, value] of pairs) {
    const row = sheet.element("TR", table);
    sheet.row([
      {
        text: name,
        style: QUIET,
        place: { x: 0, width: NAME_WIDTH - GAP },
        element: sheet.element("TH", row, { scope: "Row" }),
      },
      {
        text: value,
        style: BODY,
        place: { x: NAME_WIDTH, width: CONTENT_WIDTH - NAME_WIDTH },
        element: sheet.element("TD", row),
      },
    ]);
    sheet.space(3);
  }
}

function heading(sheet: Sheet, text: string, style = HEADING, type = "H2"): void {
  sheet.keepTogether(HEADING_NEEDS);
  sheet.paragraph(text, style, type);
  sheet.space(3);
}

function passage(sheet: Sheet, { title, paragraphs }: Passage): void {
  sheet.rule();
  heading(sheet, title);
  for (const text of paragraphs) sheet.paragraph(text, BODY);
}

/** Amounts under each other, at the right, each with what it is for. */
function amounts(sheet: Sheet, { title, intro, rows, total, outro }: AmountList): void {
  sheet.rule();
  heading(sheet, title);
  for (const text of intro) sheet.paragraph(text, BODY);
  const table = sheet.element("Table");
  for (const { text, detail, amount } of rows) {
    const row = sheet.element("TR", table);
    const cell = sheet.element("TD", row);
    sheet.keepTogether(detail === undefined ? 0 : 2 * BODY.size * 1.5);
    amountRow(sheet, { text, amount, style: BODY, name: cell, value: sheet.element("TD", row) });
    if (detail !== undefined)
      sheet.row([
        { text: detail, style: SMALL, place: { x: 0, width: CONTENT_WIDTH - AMOUNT_WIDTH }, element: cell },
      ]);
    sheet.space(3);
  }
  if (total) {
    const [text, amount] = total;
    const row = sheet.element("TR", table);
    sheet.space(4);
    const name = sheet.element("TH", row, { scope: "Row" });
    amountRow(sheet, { text, amount, style: HEADING, name, value: sheet.element("TD", row) });
  }
  for (const text of outro) sheet.paragraph(text, SMALL);
}

function amountRow(
  sheet: Sheet,
  row: { text: string; amount: string; style: Style; name: Element; value: Element },
): void {
  const width = CONTENT_WIDTH - AMOUNT_WIDTH;
  sheet.row([
    { text: row.text, style: row.style, place: { x: 0, width: width - GAP }, element: row.name },
    {
      text: row.amount,
      style: row.style,
      place: { x: width, width: AMOUNT_WIDTH, align: "right" },
      element: row.value,
    },
  ]);
}

function proof(
  sheet: Sheet,
  { title, received, arrivals, unrecorded, key, entries }: ReceiptLines["proof"],
): void {
  sheet.rule();
  heading(sheet, title);
  if (received !== undefined) sheet.paragraph(received, SUBHEADING);
  if (arrivals) {
    sheet.space(6);
    heading(sheet, arrivals.title, SUBHEADING, "H3");
    for (const { at, lines } of arrivals.rows) {
      sheet.keepTogether((lines.length + 1) * BODY.size * 1.5);
      sheet.paragraph(at, BODY);
      for (const text of lines) sheet.paragraph(text, SMALL);
      sheet.space(5);
    }
    sheet.paragraph(arrivals.evidence, SMALL);
  }
  sheet.space(8);
  facts(sheet, key);
  if (unrecorded !== undefined) sheet.paragraph(unrecorded, SMALL);
  sheet.space(6);
  heading(sheet, entries.title, SUBHEADING, "H3");
  for (const side of entries.sides) {
    sheet.keepTogether((side.lines.length + 1) * BODY.size * 1.5);
    sheet.paragraph(side.title, SUBHEADING);
    for (const text of side.lines) sheet.paragraph(text, BODY);
    sheet.space(5);
  }
  for (const text of entries.paragraphs) sheet.paragraph(text, SMALL);
}
