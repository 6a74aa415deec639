/**
 * `npm run reconcile`: checks the books of DATABASE_URL (or of the embedded server) by the SQL in
 * db/ledger/reconcile.ts. Exit code 0: right. 1: something is off, with the exact rows. 2: could not be checked.
 */
import path from "node:path";
import { startEmbedded } from "../db/embedded.ts";
import { CHECKS, reconcile } from "../db/ledger/reconcile.ts";
import { connectAsOwner } from "../db/migrate.ts";
import { provision } from "../db/provision.ts";
import { environment } from "../server/environment.ts";

async function urlOfTheBooks(): Promise<string> {
  const { DATABASE_OWNER_URL, DATABASE_URL, ONCE_DATA_DIR } = environment();
  const given = DATABASE_OWNER_URL ?? DATABASE_URL;
  if (given !== undefined) return given;
  const server = await startEmbedded(path.resolve(ONCE_DATA_DIR));
  return (await provision(server.adminUrl, "once")).ownerUrl;
}

try {
  const sql = connectAsOwner(await urlOfTheBooks());
  const findings = await reconcile(sql);
  await sql.end({ timeout: 5 });
  for (const check of CHECKS) {
    const found = findings.find((finding) => finding.check === check.name);
    console.info(`${found ? "WRONG" : "right"}  ${check.name}: ${check.meaning}`);
    for (const row of found?.rows ?? []) console.info(`       ${JSON.stringify(row)}`);
  }
  console.info(
    findings.length === 0
      ? "The books are right."
      : `${findings.length} of ${CHECKS.length} checks found rows.`,
  );
  process.exit(findings.length === 0 ? 0 : 1);
} catch (error) {
  console.error("The books could not be checked.", error);
  process.exit(2);
}
