/**
 * `npm run operator -- <command>`: what operators do, from a terminal: merchants, currencies, limits, money in and out, freezing,
 * the audit log. `npm run operator -- help` lists it. Works on DATABASE_URL, or on the demo's embedded server. Exit codes as
 * the help says.
 */
import { connect, database, setDatabase } from "../db/connection/client.ts";
import { OutcomeUnknown } from "../db/execution/until-known.ts";
import { listOperators } from "../db/identity/users.ts";
import { isForOperator } from "../db/setup/cannot-start.ts";
import { inspectServer } from "../db/setup/server-check.ts";
import { usable } from "../db/setup/unusable-database.ts";
import { OPERATOR_HELP, parseCommandLine } from "../server/operators/command-line.ts";
import { EXIT } from "../server/operators/exit-codes.ts";
import { runCommand } from "../server/operators/run-command.ts";
import { WrongInput } from "../server/operators/setup-input.ts";
import { processTerminal } from "../server/operators/terminal.ts";
import { applicationsAddress } from "./owners-address.ts";

const terminal = processTerminal();

async function main(): Promise<number> {
  const commandLine = parseCommandLine(process.argv.slice(2));
  if (commandLine.command.name === "help") {
    terminal.say(OPERATOR_HELP);
    return EXIT.done;
  }
  const { name, url } = await applicationsAddress();
  const server = await usable(name, url, () => inspectServer(url));
  setDatabase(connect(url, server.version));
  try {
    // What is wrong with the database shows here, where nothing was done yet.
    await usable(name, url, listOperators);
    return await runCommand(commandLine, terminal);
  } finally {
    await database().close();
  }
}

try {
  process.exit(await main());
} catch (error) {
  if (error instanceof WrongInput) {
    terminal.complain(`${error.message} Nothing was done; npm run operator -- help shows how.`);
    process.exit(EXIT.wrong);
  }
  if (error instanceof OutcomeUnknown) {
    terminal.complain(
      "It is not known whether it was done. Run the same command again: it finds out, and does it once.",
    );
    process.exit(EXIT.unknown);
  }
  if (isForOperator(error)) {
    terminal.complain(`${error.message} Nothing was done.`);
    process.exit(EXIT.wrong);
  }
  console.error("The command failed, and it is not known whether it was done: run the same again.", error);
  process.exit(EXIT.unknown);
}
