/**
 * `npm run restored`: to be run once after the database's files were put back from a disk snapshot or a copy, before anything is
 * served from it. Voids all open keys of DATABASE_OWNER_URL (or DATABASE_URL, or of the embedded server): some of them may have
 * been paid, or called void for certain, after the snapshot was taken. Exit code 0: done. 1: not done; serve nothing.
 */
import { afterRestore } from "../db/setup/after-restore.ts";
import { usable } from "../db/setup/unusable-database.ts";
import { ownersAddress } from "./owners-address.ts";

try {
  const { name, url } = await ownersAddress();
  const { keysVoided, transfersSealed } = await usable(name, url, () => afterRestore(url));
  console.info(
    `Open keys voided: ${keysVoided}. Nothing can be paid under them any more; whoever was paying gets a new key.`,
  );
  console.info(`Transfers without a seal that are sealed now: ${transfersSealed}.`);
  console.info("Now check the books (npm run reconcile), then serve.");
  process.exit(0);
} catch (error) {
  console.error(
    `Not done. ${error instanceof Error ? error.message : error}\nKeys that were void may still be open: serve nothing yet, and run it again.`,
  );
  process.exit(1);
}
