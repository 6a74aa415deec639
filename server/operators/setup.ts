/** `npm run setup`: from an empty database to one that can be served, with an operator and currencies. Safe to repeat. */
import { hashPassword } from "better-auth/crypto";
import { connect, database, setDatabase } from "../../db/connection/client.ts";
import { listOperators } from "../../db/identity/users.ts";
import { listCurrencies, openCurrency } from "../../db/ledger/currencies.ts";
import { makeFirstOperator } from "../../db/operators/roles.ts";
import { isDone } from "../../db/operators/verdicts.ts";
import { CannotStart } from "../../db/setup/cannot-start.ts";
import { DEMO_IS_OPEN, isDemoOpen } from "../../db/setup/demo-removal.ts";
import { inspectServer } from "../../db/setup/server-check.ts";
import { startDatabase } from "../../db/setup/start.ts";
import { usable } from "../../db/setup/unusable-database.ts";
import { formatMoney } from "../../lib/money.ts";
import { currenciesOf, type Given, operatorOf, WrongInput } from "./setup-input.ts";
import type { Terminal } from "./terminal.ts";

export const SETUP_HELP = `npm run setup -- [options]     makes DATABASE_URL ready for production; may be run again

Brings the schema up to date (as DATABASE_OWNER_URL), makes the first operator, and opens currencies, each with the house
account that money enters and leaves the service by. What is not given is asked for, where there is a terminal.

  --operator-email ADDRESS           or ONCE_OPERATOR_EMAIL
  --operator-handle HANDLE           or ONCE_OPERATOR_HANDLE
  --operator-name NAME               or ONCE_OPERATOR_NAME
  --operator-password-file FILE      or ONCE_OPERATOR_PASSWORD_FILE, or the password itself in ONCE_OPERATOR_PASSWORD
  --currencies USD,EUR=10000.00      or ONCE_CURRENCIES; "=" gives what may leave a new account in a day (else no limit)

Exit code 0: everything is there. 1: something is in the way. 2: the database cannot be used, or an option is wrong.`;

export type SetupDatabase = { databaseUrl: string; ownerUrl: string | undefined; dataDir: string };

/**
 * Sets up and says what it did, what was there, and what is next. Returns whether everything is there. Throws CannotStart and
 * WrongInput, whose messages say what is in the way; what was done by then stays, and the next run goes on from there.
 */
export async function setUp(where: SetupDatabase, given: Given, terminal: Terminal): Promise<boolean> {
  await refuseDemo(where.databaseUrl);
  // Before anything is changed, where that can be known.
  const wanted = given.currencies === undefined ? undefined : currenciesOf(given.currencies);
  await startDatabase({ ...where, demo: false });
  terminal.say("The schema is up to date.");
  if (!(await ensureOperator(where, given, terminal))) return false;
  await ensureCurrencies(wanted, terminal);
  await sayWhatIsNext(terminal);
  return true;
}

/** Looks before migrations touch anything. */
async function refuseDemo(databaseUrl: string): Promise<void> {
  const server = await usable("DATABASE_URL", databaseUrl, () => inspectServer(databaseUrl));
  const db = connect(databaseUrl, server.version);
  setDatabase(db);
  try {
    const [made] = await db.readingSql<{ isMade: boolean }[]>`
      select to_regclass('public.api_keys') is not null and has_table_privilege(to_regclass('public.api_keys'), 'select')
             as is_made`;
    if (made?.isMade && (await isDemoOpen())) throw new CannotStart(DEMO_IS_OPEN);
  } finally {
    await db.close();
  }
}

/** Makes the first operator unless there is one. Returns whether there is one now. */
async function ensureOperator(where: SetupDatabase, given: Given, terminal: Terminal): Promise<boolean> {
  const there = await listOperators();
  if (there.length > 0) {
    terminal.say(
      `Operators are there already: ${there.map(({ handle }) => `@${handle}`).join(", ")}. None was made.`,
    );
    return true;
  }
  const { email, name, handle, password } = await operatorOf(given, terminal);
  const passwordHash = await hashPassword(password);
  const verdict = await makeFirstOperator(where.ownerUrl ?? where.databaseUrl, {
    email,
    name,
    handle,
    passwordHash,
  });
  switch (verdict) {
    case "done":
      terminal.say(`Made the operator @${handle} (${name}), who signs in as ${email}.`);
      return true;
    case "exists":
      terminal.say("Another set-up has made an operator meanwhile. None was made here.");
      return true;
    case "email_taken":
      terminal.complain(
        `Somebody has signed up as ${email} already, and who that is, this command cannot know: give the operator another address.`,
      );
      return false;
    case "handle_taken":
      terminal.complain(`The handle ${handle} is taken, or could be taken for one that is: choose another.`);
      return false;
    case "name_taken":
      terminal.complain(`The name ${name} could be taken for somebody else's: choose another.`);
      return false;
    default:
      return verdict satisfies never;
  }
}

async function ensureCurrencies(
  given: ReturnType<typeof currenciesOf> | undefined,
  terminal: Terminal,
): Promise<void> {
  const there = new Set((await listCurrencies()).map(({ code }) => code));
  let wanted = given;
  if (wanted === undefined && there.size === 0) {
    if (!terminal.ask)
      throw new WrongInput("Not given: --currencies (or ONCE_CURRENCIES). Nobody can be asked here.");
    wanted = currenciesOf(await terminal.ask("Currencies, for example USD,EUR: "));
  }
  const [operator] = await listOperators();
  if (!operator) throw new Error("Bug: there is no operator after set-up made one.");
  for (const { code, dayLimitMinor } of wanted ?? []) {
    // Set-up opens; a limit of a currency that is open is an operator's to change, with a reason.
    if (there.has(code)) continue;
    const verdict = await openCurrency(operator.id, code, dayLimitMinor, "Set-up");
    if (!isDone(verdict)) throw new Error(`Bug: opening ${code} in set-up answered ${verdict}.`);
    if (verdict === "opened") terminal.say(`Opened ${code}, with its house account.`);
  }
  for (const { code, dayLimitMinor } of await listCurrencies()) {
    const limit =
      dayLimitMinor === null ? "no daily limit" : `${formatMoney(dayLimitMinor, code, "en")} a day`;
    terminal.say(`${code} is open; new accounts: ${limit}.`);
  }
}

async function sayWhatIsNext({ say }: Terminal): Promise<void> {
  const [operator] = await listOperators();
  const [currency] = await listCurrencies();
  say(`
What is next
  1. npm run build && npm start, and sign in at /sign-in${operator === undefined ? "" : ` as ${operator.email}`}.
  2. Whoever sells signs up at /sign-up and asks at /settings/merchant, or you make them a merchant:
       npm run operator -- merchant HANDLE --name "Their Shop" --reason "Contract of today"
  3. Whoever pays signs up, and gets money for what they paid in to you:
       npm run operator -- credit HANDLE 50.00 ${currency?.code ?? "USD"} --reason "Paid in by bank transfer"
  npm run operator -- help   lists the rest.`);
}

/** Ends the connections that set-up opened. */
export function endSetup(): Promise<void> {
  return database().close();
}
