/** A part of `npm run check`: refuses migrations that do not make exactly what db/schema and the SQL files say. */
import { differing } from "../db/setup/migration-sources/catalog.ts";
import { makeSchemas } from "../db/setup/migration-sources/scratch.ts";

const { migrated, sources } = await makeSchemas();
const changed = differing(migrated, sources);
for (const subject of changed) {
  console.error(`\n${subject}\n── by the migrations:\n${migrated.get(subject) ?? "(not there)"}`);
  console.error(`── by its source:\n${sources.get(subject) ?? "(not there)"}`);
}
if (changed.length > 0) console.error("\nRun npm run db:generate, and commit what it writes.");
else console.info(`The migrations make exactly the ${sources.size} objects of the sources.`);
process.exit(changed.length === 0 ? 0 : 1);
