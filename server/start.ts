/** Start-up of the server: check the environment, make the database ready, say what runs. */
import { startDatabase } from "../db/start.ts";
import { environment, isDemo } from "./environment.ts";

export async function start(): Promise<void> {
  const env = environment();
  const demo = isDemo();
  await startDatabase({
    databaseUrl: env.DATABASE_URL,
    ownerUrl: env.DATABASE_OWNER_URL,
    dataDir: env.ONCE_DATA_DIR,
    demo,
  });
  if (demo) {
    console.info("Once runs in demo mode: published passwords, play money, this machine only (127.0.0.1).");
  }
}
