/** For all tests of one run: a real server, and a migrated and seeded database that every test file clones. */
import path from "node:path";
import postgres from "postgres";
import type { TestProject } from "vitest/node";
import { connect, setDatabase } from "../connection/client.ts";
import { startEmbedded } from "../embedded/server.ts";
import { connectAsOwner, migrate } from "../setup/migrate.ts";
import { provision } from "../setup/provision.ts";
import { seedDemo } from "../setup/seed.ts";
import { SERVER_VERSION } from "./fixtures/database.ts";
import { plantFromEnvironment } from "./mutants/mutants.ts";

declare module "vitest" {
  export interface ProvidedContext {
    adminUrl: string;
    template: string;
  }
}

/** Makes the template, and returns what removes it again. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startEmbedded(path.resolve(".data", "test"));
  // Of this run alone: another run on the same server has its own.
  const template = `once_template_${process.pid}`;
  const { appUrl, ownerUrl } = await provision(server.adminUrl, template);
  await migrate(ownerUrl, "once_app");
  const db = connect(appUrl, SERVER_VERSION);
  setDatabase(db);
  await seedDemo(ownerUrl);
  await db.close();
  const owner = connectAsOwner(ownerUrl);
  await plantFromEnvironment(owner);
  await owner.end({ timeout: 5 });
  project.provide("adminUrl", server.adminUrl);
  project.provide("template", template);
  return async () => {
    const sql = postgres(server.adminUrl, { max: 1, onnotice: () => {} });
    await sql.unsafe(`drop database if exists "${template}" with (force)`);
    await sql.end();
    await server.stop();
  };
}
