/**
 * `npm run load -- --payments 1000000 [--days 180] [--yes]`: fills the demo's database with a history of payments, right by the
 * books, to see how everything behaves at size. Without DATABASE_URL that is the embedded one; beside a DATABASE_URL ONCE_DEMO=1 and --yes
 * are needed. A database outside the demo is refused. Exit code 0: loaded. 2: it was not, or not to the end.
 */
import { parseArgs } from "node:util";
import { isForOperator } from "../db/setup/cannot-start.ts";
import { migrate } from "../db/setup/migrate.ts";
import { seedAsOwner } from "../db/setup/seed.ts";
import { inspectServer } from "../db/setup/server-check.ts";
import { usable } from "../db/setup/unusable-database.ts";
import { LOAD_MAX, LOAD_MIN, loadPayments } from "../db/testing/load/load-payments.ts";
import { environment, isDemo } from "../server/lifecycle/environment.ts";
import { applicationsAddress, ownersAddress } from "./owners-address.ts";

const HELP = `npm run load -- [--payments 100000] [--days 180] [--yes]

  Fills the demo's database with made-up people and a history of payments, right by the books, for good.

  --payments  how many, ${LOAD_MIN} to ${LOAD_MAX}; 100000 unless it is given
  --days      over how many days until now, 1 to 3650; 180 unless it is given
  --yes       needed where DATABASE_URL is set (with ONCE_DEMO=1). Without it the database is the embedded one of ONCE_DATA_DIR`;

/** Says in one sentence why not, and ends with exit code 2. */
function giveUp(reason: string): never {
  console.error(reason);
  process.exit(2);
}

function wanted() {
  try {
    const { values } = parseArgs({
      options: {
        payments: { type: "string", default: "100000" },
        days: { type: "string", default: "180" },
        yes: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) {
      console.info(HELP);
      process.exit(0);
    }
    const payments = Number(values.payments);
    const days = Number(values.days);
    if (!Number.isInteger(payments) || payments < LOAD_MIN || payments > LOAD_MAX)
      giveUp(`--payments is a whole number from ${LOAD_MIN} to ${LOAD_MAX}.`);
    if (!Number.isInteger(days) || days < 1 || days > 3_650)
      giveUp("--days is a whole number from 1 to 3650.");
    return { payments, days, yes: values.yes };
  } catch (error) {
    return giveUp(error instanceof Error ? error.message : String(error));
  }
}

const { payments, days, yes } = wanted();
try {
  if (!isDemo())
    giveUp(
      "Nothing was loaded: DATABASE_URL is no demo. Made-up payments belong into a demo alone; ONCE_DEMO=1 makes it one.",
    );
  if (environment().DATABASE_URL !== undefined && !yes)
    giveUp(
      `Nothing was loaded: ${payments} made-up payments would go to the database of DATABASE_URL, for good. Say --yes.`,
    );
  const application = await applicationsAddress();
  const owner = await ownersAddress();
  const server = await usable(application.name, application.url, () => inspectServer(application.url));
  await usable(owner.name, owner.url, async () => {
    await migrate(owner.url, server.role);
    await seedAsOwner(owner.url);
  });
  const start = Date.now();
  await loadPayments(owner.url, { payments, days, tell: (words) => console.info(words) });
  console.info(`Loaded in ${Math.round((Date.now() - start) / 1_000)} s.`);
  process.exit(0);
} catch (error) {
  console.error("The load did not come to its end.", isForOperator(error) ? error.message : error);
  process.exit(2);
}
