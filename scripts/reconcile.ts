/**
 * `npm run reconcile`: checks the books of DATABASE_URL (or of the embedded server) by the SQL in
 * db/ledger/reconcile.ts. Exit code 0: right. 1: something is off, with the exact rows. 2: could not be checked.
 *
 * It prints where the journal of sealed transfers ends, as `<position>:<hash>`. Keep that elsewhere: `--anchor` with it
 * shows later that the journal is still the same one.
 */
import { parseArgs } from "node:util";
import { type Anchor, containsAnchor, formatAnchor, journalHead, parseAnchor } from "../db/ledger/anchor.ts";
import { CHECKS, reconcile } from "../db/ledger/reconcile.ts";
import { isForOperator } from "../db/setup/cannot-start.ts";
import { connectAsOwner } from "../db/setup/migrate.ts";
import { usable } from "../db/setup/unusable-database.ts";
import { ownersAddress } from "./owners-address.ts";

/** The anchor that was asked for, if any. Ends the process where it is malformed. */
function wantedAnchor(): Anchor | undefined {
  try {
    const { anchor: text } = parseArgs({ options: { anchor: { type: "string" } } }).values;
    if (text === undefined) return undefined;
    const anchor = parseAnchor(text);
    if (anchor) return anchor;
    console.error(`"${text}" is no anchor: it is <position>:<hash>, as an earlier run printed it.`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
  process.exit(2);
}

const wanted = wantedAnchor();
try {
  const { name, url } = await ownersAddress();
  const sql = connectAsOwner(url);
  const head = await usable(name, url, () => journalHead(sql));
  const findings = await reconcile(sql);
  const rewritten = wanted !== undefined && !(await containsAnchor(sql, wanted));
  await sql.end({ timeout: 5 });
  for (const check of CHECKS) {
    const found = findings.find((finding) => finding.check === check.name);
    console.info(`${found ? "WRONG" : "right"}  ${check.name}: ${check.meaning}`);
    for (const row of found?.rows ?? []) console.info(`       ${JSON.stringify(row)}`);
  }
  if (wanted && rewritten) {
    console.info(
      `The journal was rewritten: at position ${wanted.position} it no longer has the anchor's hash.`,
    );
  }
  console.info(`The journal ends at ${formatAnchor(head)}`);
  if (findings.length > 0) console.info(`${findings.length} of ${CHECKS.length} checks found rows.`);
  if (findings.length === 0 && !rewritten) console.info("The books are right.");
  process.exit(findings.length === 0 && !rewritten ? 0 : 1);
} catch (error) {
  console.error("The books could not be checked.", isForOperator(error) ? error.message : error);
  process.exit(2);
}
