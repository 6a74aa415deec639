/** What set-up needs to know: from flags, else from the environment, else from questions on the terminal. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { isCurrency } from "../../lib/currency.ts";
import {
  PASSWORD_MAX_LENGTH,
  PASSWORD_MIN_LENGTH,
  type SignUp,
  signUpForm,
} from "../../lib/identity/sign-up.ts";
import { fromDecimal } from "../../lib/money.ts";
import type { Terminal } from "./terminal.ts";

/** What was typed is wrong or missing. Its message says what, and nothing was changed by it. */
export class WrongInput extends Error {
  override readonly name = "WrongInput";
}

export type WantedCurrency = { code: string; dayLimitMinor: bigint | undefined };

/** What was given, not yet checked; undefined is what was not. */
export type Given = {
  email: string | undefined;
  handle: string | undefined;
  name: string | undefined;
  password: string | undefined;
  currencies: string | undefined;
  help: boolean;
};

const OPTIONS = {
  "operator-email": { type: "string" },
  "operator-handle": { type: "string" },
  "operator-name": { type: "string" },
  "operator-password-file": { type: "string" },
  currencies: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** Reads flags and environment. A password is never a flag: other users of the machine could read it. */
export function readGiven(args: string[], env: NodeJS.ProcessEnv): Given {
  const flags = parse(args);
  const fromEnv = (name: string) => (env[name] === "" ? undefined : env[name]);
  const file = flags["operator-password-file"] ?? fromEnv("ONCE_OPERATOR_PASSWORD_FILE");
  return {
    email: flags["operator-email"] ?? fromEnv("ONCE_OPERATOR_EMAIL"),
    handle: flags["operator-handle"] ?? fromEnv("ONCE_OPERATOR_HANDLE"),
    name: flags["operator-name"] ?? fromEnv("ONCE_OPERATOR_NAME"),
    password: file === undefined ? fromEnv("ONCE_OPERATOR_PASSWORD") : readPassword(file),
    currencies: flags.currencies ?? fromEnv("ONCE_CURRENCIES"),
    help: flags.help ?? false,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, strict: true }).values;
  } catch (error) {
    throw new WrongInput(error instanceof Error ? error.message : String(error));
  }
}

function readPassword(file: string): string {
  try {
    return readFileSync(file, "utf8").replace(/\r?\n$/, "");
  } catch {
    throw new WrongInput(`The password file "${file}" cannot be read.`);
  }
}

/** What is wrong with the first operator's data, in words, by its field. */
const FIELD_ERRORS: Record<keyof SignUp, string> = {
  name: "The name has up to 60 characters that can be seen.",
  handle: "The handle begins with a letter and has 2 to 30 small letters, digits or hyphens.",
  email: "This is no e-mail address.",
  password: `The password has ${PASSWORD_MIN_LENGTH} to ${PASSWORD_MAX_LENGTH} characters.`,
};

const GUESSABLE = "The password contains the handle or the address, or is too simple to be safe.";

/** The first operator's data, complete and checked; asks for what is missing. Throws WrongInput. */
export async function operatorOf(given: Given, { ask, complain }: Terminal): Promise<SignUp> {
  const missing = (["email", "handle", "name", "password"] as const).filter(
    (field) => given[field] === undefined,
  );
  if (missing.length > 0 && ask === undefined) {
    throw new WrongInput(
      `Not given: ${missing.map((field) => `--operator-${field === "password" ? "password-file" : field}`).join(", ")} ` +
        "(or the environment's ONCE_OPERATOR_EMAIL, _HANDLE, _NAME, _PASSWORD_FILE or _PASSWORD). Nobody can be asked here.",
    );
  }
  for (;;) {
    const answers = {
      email: given.email ?? (await ask?.("E-mail address of the first operator: ")),
      handle: given.handle ?? (await ask?.("Their handle (small letters, for good): ")),
      name: given.name ?? (await ask?.("Their name: ")),
      password: given.password ?? (await ask?.("Their password (10 characters or more): ", { secret: true })),
    };
    const parsed = signUpForm.safeParse(answers);
    if (parsed.success) {
      if (given.password !== undefined || (await ask?.("Again: ", { secret: true })) === answers.password)
        return parsed.data;
      complain("The two passwords differ. Once more, please.");
      const { email, handle, name } = parsed.data;
      given = { ...given, email, handle, name };
      continue;
    }
    const issue = parsed.error.issues[0];
    const field = issue?.path[0] as keyof SignUp;
    const says = issue?.message === "guessable" ? GUESSABLE : FIELD_ERRORS[field];
    if (ask === undefined) throw new WrongInput(says);
    complain(`${says} Once more, please.`);
    // What is right stays; what was given and is wrong is asked for, too, or the question would never end.
    const right = { ...given, email: answers.email, handle: answers.handle, name: answers.name };
    given = { ...right, [field]: undefined };
  }
}

/** Reads "USD,EUR=10000.00": codes, each with the daily limit of new accounts where one is given. Throws WrongInput. */
export function currenciesOf(list: string): WantedCurrency[] {
  const wanted = list
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "")
    .map((one): WantedCurrency => {
      const [code = "", limit, more] = one.split("=").map((part) => part.trim());
      if (more !== undefined) throw new WrongInput(`"${one}" has more than one limit.`);
      return {
        code: currencyCode(code),
        dayLimitMinor: limit === undefined ? undefined : amount(limit, currencyCode(code)),
      };
    });
  if (wanted.length === 0)
    throw new WrongInput("Name one currency at least, for example --currencies USD,EUR.");
  const twice = wanted.find(({ code }, at) => wanted.findIndex((other) => other.code === code) < at);
  if (twice) throw new WrongInput(`${twice.code} is named twice.`);
  return wanted;
}

/** The ISO 4217 code in capitals. Throws WrongInput where nobody pays with it. */
export function currencyCode(text: string): string {
  const code = text.toUpperCase();
  if (!isCurrency(code)) throw new WrongInput(`"${text}" is no currency in use (ISO 4217, such as USD).`);
  return code;
}

/** A decimal as minor units, exactly. Throws WrongInput. */
export function amount(text: string, currency: string): bigint {
  const amountMinor = fromDecimal(text, currency);
  if (amountMinor === undefined)
    throw new WrongInput(
      `"${text}" is no amount in ${currency}: write digits, and a point before decimals, no more than the currency has.`,
    );
  return amountMinor;
}
