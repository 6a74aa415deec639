/**
 * What a merchant types to ask for money, as an order or as a payment link: read the same in the browser and on the server.
 * The messages of issues are codes; components/orders says each in words.
 */
import { z } from "zod";
import { type OrderRequest, orderRequest } from "../api/requests.ts";
import { isCurrency, MAX_AMOUNT_MINOR } from "../currency.ts";
import type { AmountError } from "../form/amount.ts";
import { writtenIn } from "../form/written-in.ts";
import { readAmount } from "../money-input.ts";
import { plainText } from "../text/plain-text.ts";
import { type PaymentLinkRequest, paymentLinkRequest, QUANTITY_MAX } from "./payment-link.ts";

/** As an order over the API (lib/api/requests.ts). */
const TEXT_MAX_LENGTH = 200;
const ITEM_QUANTITY_MAX = 100_000n;
/** More rows than anybody fills in by hand. */
export const ROWS_MAX = 50;

export type OrderFormError =
  | "text_empty"
  | "text_long"
  | "text_signs"
  | "quantity"
  | "quantity_max"
  | "no_items"
  | "total"
  | "last_day"
  | "last_day_past"
  | "currency";

const text = z.string().catch("");
const NO_ROW = { description: "", quantity: "", price: "" };
/** A row that was taken away leaves a hole, which reads like one that nobody filled in. */
const row = z.object({ description: text, quantity: text, price: text }).catch(NO_ROW);
type Row = z.infer<typeof row>;

const shared = {
  description: text,
  currency: text,
  items: z.array(row).max(ROWS_MAX).catch([]),
  ...writtenIn,
};
const orderFields = z.object({ ...shared, lastDay: text });
const linkFields = z.object({ ...shared, quantityMax: text });
type SharedFields = Omit<z.infer<typeof orderFields>, "lastDay">;

type Report = (path: (string | number)[], code: OrderFormError | AmountError) => void;

function reportTo(context: z.RefinementCtx): Report {
  return (path, message) => context.addIssue({ code: "custom", path, message });
}

const isBlank = (one: Row): boolean => one.description.trim() === "" && one.price.trim() === "";

function textError(value: string): OrderFormError | undefined {
  if (value === "") return "text_empty";
  if ([...value].length > TEXT_MAX_LENGTH) return "text_long";
  return plainText(TEXT_MAX_LENGTH).safeParse(value).success ? undefined : "text_signs";
}

/** The quantity of a row; nothing typed is one. */
function quantityOf({ quantity }: Row): bigint | undefined {
  const typed = quantity.trim();
  if (typed === "") return 1n;
  return /^[1-9][0-9]{0,5}$/.test(typed) && BigInt(typed) <= ITEM_QUANTITY_MAX ? BigInt(typed) : undefined;
}

/** Says what is wrong with the fields that orders and links share. `times`: how often the items may be bought at once. */
function check(
  { description, currency, items, locale: sentIn }: SharedFields,
  times: bigint,
  locale: string,
  report: Report,
) {
  if (!isCurrency(currency)) return report(["currency"], "currency");
  const title = description.trim();
  const titleError = title === "" ? undefined : textError(title);
  if (titleError) report(["description"], titleError);
  if (items.every(isBlank)) return report(["items", 0, "description"], "no_items");
  let total = 0n;
  let lastRow = 0;
  let isWhole = true;
  for (const [index, one] of items.entries()) {
    if (isBlank(one)) continue;
    const wrong = textError(one.description.trim());
    if (wrong) report(["items", index, "description"], wrong);
    const quantity = quantityOf(one);
    if (quantity === undefined) report(["items", index, "quantity"], "quantity");
    const price = readAmount(one.price, currency, sentIn ?? locale);
    if (!price.ok) report(["items", index, "price"], `amount_${price.reason}`);
    if (quantity === undefined || !price.ok) isWhole = false;
    else total += quantity * BigInt(price.amountMinor);
    lastRow = index;
  }
  if (isWhole && total * times > MAX_AMOUNT_MINOR) report(["items", lastRow, "price"], "total");
}

/** The request that fields without a mistake make. Without a title, the first item is what it is called. */
function requestOf({ description, currency, items, locale: sentIn }: SharedFields, locale: string) {
  const lines = items
    .filter((one) => !isBlank(one))
    .map((one) => {
      const price = readAmount(one.price, currency, sentIn ?? locale);
      if (!price.ok) throw new Error("Bug: a price that was refused is used.");
      return {
        description: one.description.trim(),
        quantity: Number(quantityOf(one)),
        amountMinor: price.amountMinor,
      };
    });
  return { description: description.trim() || (lines[0]?.description ?? ""), currency, items: lines };
}

/** The last moment of a day in UTC; undefined where it is no day that there is. */
function endOfDay(day: string): Date | undefined {
  const end = new Date(`${day}T23:59:59.999Z`);
  const isDay = /^[1-9]\d{3}-\d\d-\d\d$/.test(day) && !Number.isNaN(end.getTime());
  // "2026-02-30" is read as a day in March.
  return isDay && end.toISOString().startsWith(day) ? end : undefined;
}

/** The form of an order, typed by somebody who reads the language it was shown in (`locale`, where it does not say so). What comes out is a request as over the API. */
export function orderForm(locale: string) {
  return orderFields
    .superRefine((fields, context) => {
      const report = reportTo(context);
      check(fields, 1n, locale, report);
      const day = fields.lastDay.trim();
      if (day === "") return;
      const end = endOfDay(day);
      if (end === undefined) report(["lastDay"], "last_day");
      else if (end.getTime() < Date.now()) report(["lastDay"], "last_day_past");
    })
    .transform((fields): OrderRequest => {
      const end = endOfDay(fields.lastDay.trim());
      return orderRequest.parse({
        ...requestOf(fields, locale),
        ...(end && { expiresAt: end.toISOString() }),
      });
    });
}

/** The form of a payment link, as that of an order. */
export function paymentLinkForm(locale: string) {
  return linkFields
    .superRefine((fields, context) => {
      const report = reportTo(context);
      const times = timesOf(fields.quantityMax);
      if (times === undefined) report(["quantityMax"], "quantity_max");
      check(fields, BigInt(times ?? 1), locale, report);
    })
    .transform((fields): PaymentLinkRequest => {
      const times = timesOf(fields.quantityMax) ?? 1;
      return paymentLinkRequest.parse({
        ...requestOf(fields, locale),
        ...(times > 1 && { quantityMax: times }),
      });
    });
}

function timesOf(typed: string): number | undefined {
  const times = typed.trim() === "" ? "1" : typed.trim();
  return /^[1-9][0-9]{0,3}$/.test(times) && Number(times) <= QUANTITY_MAX ? Number(times) : undefined;
}

/** What the rows that are filled in come to so far, in minor units; undefined where one of them cannot be read yet. */
export function totalSoFar(fields: object, locale: string): string | undefined {
  const { currency, items, locale: sentIn } = orderFields.parse(fields);
  if (!isCurrency(currency)) return undefined;
  let total = 0n;
  for (const one of items) {
    if (isBlank(one)) continue;
    const [quantity, price] = [quantityOf(one), readAmount(one.price, currency, sentIn ?? locale)];
    if (quantity === undefined || !price.ok) return undefined;
    total += quantity * BigInt(price.amountMinor);
  }
  return total > 0n ? total.toString() : undefined;
}
