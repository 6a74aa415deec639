/**
 * `npm run remove-demo`: takes away all that lets anybody into DATABASE_URL as one of the demo's people, whose passwords and
 * API keys are published. Payments and the ledger stay as they are. Exit code 0: nothing of the demo opens any more.
 */
import { removeDemo } from "../db/setup/demo-removal.ts";
import { usable } from "../db/setup/unusable-database.ts";
import { environment } from "../server/lifecycle/environment.ts";

/** Says in one sentence why not, and ends with exit code 2. */
function giveUp(reason: string): never {
  console.error(reason);
  process.exit(2);
}

const { DATABASE_OWNER_URL, DATABASE_URL } = environment();
const url = DATABASE_OWNER_URL ?? DATABASE_URL;
const name = DATABASE_OWNER_URL === undefined ? "DATABASE_URL" : "DATABASE_OWNER_URL";
if (url === undefined)
  giveUp("Set DATABASE_URL (and DATABASE_OWNER_URL): the embedded database is always the demo's.");
try {
  const removed = await usable(name, url, () => removeDemo(url));
  console.info(
    `Removed of the demo's people: ${removed.passwords} passwords, ${removed.sessions} sessions, ${removed.apiKeys} API keys. Closed: ${removed.accounts} accounts, theirs and those that play money has reached. Payments stay.`,
  );
} catch (error) {
  giveUp(`The demo could not be removed: ${error instanceof Error ? error.message : String(error)}`);
}
