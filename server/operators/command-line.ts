/** What an operator typed, as a command: checked as far as that needs no database. */
import { parseArgs } from "node:util";
import { operatorReason, uuid } from "../../lib/api/requests.ts";
import { plainName } from "../../lib/text/plain-text.ts";
import { amount, currencyCode, WrongInput } from "./setup-input.ts";

type Reasoned = { reason: string };
type OfPerson = { handle: string } & Reasoned;

export type OperatorCommand =
  | { name: "help" }
  | ({ name: "merchant"; businessName: string | undefined } & OfPerson)
  | ({ name: "role"; role: "payer" | "operator" } & OfPerson)
  | ({ name: "approve" | "decline" } & OfPerson)
  | ({ name: "currency"; code: string; dayLimitMinor: bigint | null | undefined } & Reasoned)
  | ({ name: "limit"; code: string; dayLimitMinor: bigint | null } & OfPerson)
  | ({
      name: "credit" | "debit";
      code: string;
      amountMinor: bigint;
      typedAmount: string;
      intentId: string | undefined;
      /** Whether it is meant to be one more, where the same was done minutes ago. */
      isMeantAgain: boolean;
    } & OfPerson)
  | ({ name: "freeze" | "unfreeze"; code: string | undefined } & OfPerson)
  | { name: "requests" }
  | { name: "audit"; limit: number };

export type CommandLine = { command: OperatorCommand; as: string | undefined };

export const OPERATOR_HELP = `npm run operator -- <command> --reason "why" [--as HANDLE]

  merchant HANDLE [--name "Their Shop"]     makes somebody a merchant, under that name
  requests                                  who has asked to be one, and under which name
  approve HANDLE | decline HANDLE           decides what they have asked
  role HANDLE payer|operator                gives or takes a role
  currency CODE [--day-limit AMOUNT|none]   opens a currency; the limit is for accounts opened from then on
  limit HANDLE CURRENCY AMOUNT|none         what may leave an account in a day (UTC) by orders and transfers
  credit HANDLE AMOUNT CURRENCY             puts money into an account, out of the house account
  debit HANDLE AMOUNT CURRENCY              takes money out of an account, into the house account
  freeze HANDLE [--currency CODE]           nothing is paid from or to a person, or one account, until
  unfreeze HANDLE [--currency CODE]         this
  audit [--limit 50]                        what operators did, newest first
  help

  --reason    needed by whatever changes something; it is kept, and of credit and debit the account's owner reads it
  --as        who acts, by handle; may be left out where there is one operator
  --intent    of credit and debit: the UUID that the first run has printed. With it the same command is the same payment,
              however often it is run; without it every run is a payment of its own
  --again     of credit and debit: one more, although the same was done minutes ago; without it you are asked first, and where
              nobody can be asked nothing is done
  Amounts are decimals: 50, 12.50.

Exit code 0: it is so now. 1: it was not done, and no money moved. 2: the command is wrong, or the database cannot be used.
3: it is not known whether it was done; the same command again, as it is printed, finds out.`;

const OPTIONS = {
  as: { type: "string" },
  reason: { type: "string" },
  name: { type: "string" },
  currency: { type: "string" },
  "day-limit": { type: "string" },
  intent: { type: "string" },
  again: { type: "boolean" },
  limit: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;
type Flag = Exclude<keyof typeof OPTIONS, "as" | "help">;

/** Which flags belong to which command; any other is a mistake that must not pass unseen. */
const FLAGS: Record<OperatorCommand["name"], readonly Flag[]> = {
  help: [],
  merchant: ["reason", "name"],
  role: ["reason"],
  approve: ["reason"],
  decline: ["reason"],
  currency: ["reason", "day-limit"],
  limit: ["reason"],
  credit: ["reason", "intent", "again"],
  debit: ["reason", "intent", "again"],
  freeze: ["reason", "currency"],
  unfreeze: ["reason", "currency"],
  requests: [],
  audit: ["limit"],
};

const AUDIT_DEFAULT = 50;
const AUDIT_MAX = 1_000;
const NAME_MAX_LENGTH = 60;

/** Reads a command. Throws WrongInput, whose message says what is wrong with it. */
export function parseCommandLine(args: string[]): CommandLine {
  const { values, positionals } = parse(args);
  const [word, ...operands] = positionals;
  if (word === undefined || values.help) return { command: { name: "help" }, as: values.as };
  if (!isCommand(word)) throw new WrongInput(`There is no command "${word}".`);
  const stray = (Object.keys(values) as (keyof typeof values)[]).find(
    (flag) => flag !== "as" && flag !== "help" && !FLAGS[word].includes(flag),
  );
  if (stray) throw new WrongInput(`"${word}" takes no --${stray}.`);
  return { command: commandOf(word, operands, values), as: values.as?.toLowerCase().replace(/^@/, "") };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    throw new WrongInput(error instanceof Error ? error.message : String(error));
  }
}

const isCommand = (word: string): word is OperatorCommand["name"] => Object.hasOwn(FLAGS, word);

function commandOf(
  name: OperatorCommand["name"],
  operands: string[],
  flags: ReturnType<typeof parse>["values"],
): OperatorCommand {
  const take = <const Names extends readonly string[]>(...names: Names) => {
    if (operands.length !== names.length)
      throw new WrongInput(
        `"${name}" takes ${names.length === 0 ? "nothing" : names.join(" ")}, as in the help.`,
      );
    return operands as { [Index in keyof Names]: string };
  };
  const person = (handle: string) => ({
    handle: handle.toLowerCase().replace(/^@/, ""),
    reason: reasonOf(flags.reason),
  });
  switch (name) {
    case "help":
    case "requests":
      take();
      return { name };
    case "audit":
      take();
      return { name, limit: auditLimit(flags.limit) };
    case "merchant": {
      const [handle] = take("HANDLE");
      return { name, ...person(handle), businessName: businessName(flags.name) };
    }
    case "approve":
    case "decline": {
      const [handle] = take("HANDLE");
      return { name, ...person(handle) };
    }
    case "role": {
      const [handle, role] = take("HANDLE", "payer|operator");
      if (role !== "payer" && role !== "operator")
        throw new WrongInput(
          `"${role}" is no role that this gives: payer or operator (and the command merchant).`,
        );
      return { name, ...person(handle), role };
    }
    case "currency": {
      const [text] = take("CODE");
      const code = currencyCode(text);
      const limit = flags["day-limit"];
      return {
        name,
        code,
        dayLimitMinor: limit === undefined ? undefined : limitOf(limit, code),
        reason: reasonOf(flags.reason),
      };
    }
    case "limit": {
      const [handle, currency, limit] = take("HANDLE", "CURRENCY", "AMOUNT|none");
      const code = currencyCode(currency);
      return { name, ...person(handle), code, dayLimitMinor: limitOf(limit, code) };
    }
    case "credit":
    case "debit": {
      const [handle, text, currency] = take("HANDLE", "AMOUNT", "CURRENCY");
      const code = currencyCode(currency);
      const amountMinor = amount(text, code);
      if (amountMinor === 0n) throw new WrongInput("The amount must be more than nothing.");
      return {
        name,
        ...person(handle),
        code,
        amountMinor,
        typedAmount: text,
        intentId: intentOf(flags.intent),
        isMeantAgain: flags.again === true,
      };
    }
    case "freeze":
    case "unfreeze": {
      const [handle] = take("HANDLE");
      return {
        name,
        ...person(handle),
        code: flags.currency === undefined ? undefined : currencyCode(flags.currency),
      };
    }
    default:
      return name satisfies never;
  }
}

const limitOf = (text: string, currency: string): bigint | null =>
  text === "none" ? null : amount(text, currency);

function reasonOf(text: string | undefined): string {
  if (text === undefined) throw new WrongInput('Say why: --reason "…". It is kept in the audit log.');
  const parsed = operatorReason.safeParse(text.trim());
  if (!parsed.success)
    throw new WrongInput(`The reason ${parsed.error.issues[0]?.message ?? "is not usable"}.`);
  return parsed.data;
}

function intentOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const parsed = uuid.safeParse(text);
  if (!parsed.success)
    throw new WrongInput(`"${text}" is no intent: it is the UUID that the first run has printed.`);
  return parsed.data;
}

function businessName(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const parsed = plainName(NAME_MAX_LENGTH).safeParse(text);
  if (!parsed.success)
    throw new WrongInput(`The name ${parsed.error.issues[0]?.message ?? "is not usable"}.`);
  return parsed.data;
}

function auditLimit(text: string | undefined): number {
  if (text === undefined) return AUDIT_DEFAULT;
  const limit = /^[1-9][0-9]{0,3}$/.test(text) ? Number(text) : Number.NaN;
  if (!(limit <= AUDIT_MAX)) throw new WrongInput(`--limit is a whole number up to ${AUDIT_MAX}.`);
  return limit;
}
