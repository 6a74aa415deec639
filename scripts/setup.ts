/**
 * `npm run setup`: makes DATABASE_URL ready for production, from an empty database: schema, first operator, currencies. It says
 * what is next, and may be run again. `--help` says what it takes. Exit code 0: everything is there. 1: something is in the
 * way. 2: the database cannot be used, or an option is wrong.
 */
import { isForOperator } from "../db/setup/cannot-start.ts";
import { environment, isDemo } from "../server/lifecycle/environment.ts";
import { endSetup, SETUP_HELP, setUp } from "../server/operators/setup.ts";
import { readGiven, WrongInput } from "../server/operators/setup-input.ts";
import { processTerminal } from "../server/operators/terminal.ts";

const terminal = processTerminal();

async function main(): Promise<number> {
  const given = readGiven(process.argv.slice(2), process.env);
  if (given.help) {
    terminal.say(SETUP_HELP);
    return 0;
  }
  const { DATABASE_URL, DATABASE_OWNER_URL, ONCE_DATA_DIR } = environment();
  if (DATABASE_URL === undefined || isDemo()) {
    terminal.complain(
      "Nothing was set up: without DATABASE_URL, or with ONCE_DEMO=1, this is the demo, which sets itself up. Give DATABASE_URL (and DATABASE_OWNER_URL).",
    );
    return 2;
  }
  const where = { databaseUrl: DATABASE_URL, ownerUrl: DATABASE_OWNER_URL, dataDir: ONCE_DATA_DIR };
  const isReady = await setUp(where, given, terminal);
  await endSetup();
  return isReady ? 0 : 1;
}

try {
  process.exit(await main());
} catch (error) {
  if (isForOperator(error) || error instanceof WrongInput) {
    terminal.complain(`${error.message}\nNot everything is set up; run it again when that is mended.`);
    process.exit(2);
  }
  console.error("Set-up failed; what it said to have done stays. Run it again.", error);
  process.exit(2);
}
