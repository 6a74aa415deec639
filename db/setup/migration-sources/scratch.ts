/** Databases of a moment, to compare what migrations make with what the sources say. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import postgres from "postgres";
import { startEmbedded } from "../../embedded/server.ts";
import { applyMigrations, connectAsOwner } from "../migrate.ts";
import { provision } from "../provision.ts";
import { type Catalog, readCatalog } from "./catalog.ts";
import { readSources } from "./sources.ts";

export type Schemas = {
  /** What db/migrations make of an empty database. */
  migrated: Catalog;
  /** What db/schema and the SQL files make of one. */
  sources: Catalog;
};

/** Makes both, reads them, and leaves nothing behind. Throws what PostgreSQL says where one cannot be made. */
export async function makeSchemas(): Promise<Schemas> {
  const server = await startEmbedded(path.resolve(".data", "test"));
  try {
    return {
      migrated: await inScratch(server.adminUrl, "migrated", applyMigrations),
      sources: await inScratch(server.adminUrl, "sources", applySources),
    };
  } finally {
    await server.stop();
  }
}

async function inScratch(
  adminUrl: string,
  what: string,
  make: (sql: postgres.Sql) => Promise<unknown>,
): Promise<Catalog> {
  const name = `once_${what}_${process.pid}`;
  const { ownerUrl } = await provision(adminUrl, name);
  const sql = connectAsOwner(ownerUrl);
  try {
    await make(sql);
    return await readCatalog(sql);
  } finally {
    await sql.end({ timeout: 5 });
    const admin = postgres(adminUrl, { max: 1, onnotice: () => {} });
    await admin.unsafe(`drop database if exists "${name}" with (force)`);
    await admin.end();
  }
}

async function applySources(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(tablesOf());
  for (const { file, text } of readSources()) {
    await sql.unsafe(text).catch((error: unknown) => {
      throw new Error(`${file}: ${error instanceof Error ? error.message : error}`, { cause: error });
    });
  }
}

/** The DDL of db/schema, as Drizzle has it. */
function tablesOf(): string {
  const drizzleKit = path.join("node_modules", "drizzle-kit", "bin.cjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [drizzleKit, "export"], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`drizzle-kit export failed: ${stderr || stdout}`);
  return stdout;
}
