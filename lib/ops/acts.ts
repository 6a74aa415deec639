/** The forms by which operators act upon people and currencies, by the rules that both sides hold. Their issues carry codes. */
import { z } from "zod";
import { operatorReason, uuid } from "../api/requests.ts";
import { isCurrency } from "../currency.ts";
import { writtenIn } from "../form/written-in.ts";
import type { Locale } from "../locale.ts";
import { readAmount } from "../money-input.ts";
import { plainName } from "../text/plain-text.ts";

/** As long as a sign-up's or a merchant's. */
export const NAME_MAX_LENGTH = 60;

/** Lines are for the writer; what is kept is one text. */
const reason = z
  .string()
  .transform((text) => text.replaceAll(/\s+/g, " ").trim())
  .pipe(operatorReason);
const currency = z.string().refine(isCurrency, "currency");
/** Whose accounts: one currency's, or, where it is empty, all. */
const currencyOrAll = z
  .string()
  .transform((code) => (code === "" ? undefined : code))
  .pipe(currency.optional())
  .optional();
const ofPerson = { userId: uuid, reason };

/** A limit for a day: an amount in the currency beside it, or none at all where that is ticked. */
const limitFields = {
  currency,
  amount: z.string(),
  unlimited: z.literal("on").optional(),
  ...writtenIn,
};

type Limit = { amount: string; currency: string; unlimited?: "on" | undefined; locale?: Locale | undefined };

function withLimit<S extends z.ZodObject<typeof limitFields & z.ZodRawShape>>(schema: S) {
  return schema.refine((value) => limitOf(value as Limit, "en") !== undefined, {
    path: ["amount"],
    when: ({ value }) => z.object(limitFields).safeParse(value).success,
    error: ({ input }) => {
      const { amount, currency: code, locale } = input as Limit;
      const reading = readAmount(amount, code, locale ?? "en");
      return reading.ok ? undefined : `amount_${reading.reason}`;
    },
  });
}

/** The limit that a form says, in minor units; null for none. Undefined where its amount is none. */
export function limitOf(
  { amount, currency: code, unlimited, locale }: Limit,
  ofRequest: string,
): bigint | null | undefined {
  if (unlimited === "on") return null;
  const reading = readAmount(amount, code, locale ?? ofRequest);
  return reading.ok ? BigInt(reading.amountMinor) : undefined;
}

export const ACT_FORMS = {
  rename: z.object({ ...ofPerson, name: plainName(NAME_MAX_LENGTH) }),
  role: z.object({
    ...ofPerson,
    // Not an operator: whoever made one here could approve their own corrections (docs/decisions/0024).
    role: z.enum(["payer", "merchant"]),
    name: plainName(NAME_MAX_LENGTH),
  }),
  freeze: z.object({ ...ofPerson, currency: currencyOrAll, to: z.enum(["frozen", "free"]) }),
  limit: withLimit(z.object({ ...ofPerson, ...limitFields })),
  /** One, or all where none is named. */
  sessions: z.object({ ...ofPerson, sessionId: uuid.optional() }),
  apiKeys: z.object({ ...ofPerson, keyId: uuid.optional() }),
  decide: z.object({ requestId: uuid, to: z.enum(["approved", "declined"]), reason }),
  currency: withLimit(z.object({ ...limitFields, reason })),
} as const;

export type Act = keyof typeof ACT_FORMS;

/** The words of all such forms, made on the server, so that nobody else downloads them. */
export type ActWords = {
  reason: string;
  reasonHint: string;
  /** What is wrong, by the code of an error, or else by the field. */
  errors: Readonly<Record<string, string>>;
};
