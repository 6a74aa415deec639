/** Where the commands for operators connect: to the server that the application uses. */
import path from "node:path";
import { startEmbedded } from "../db/embedded/server.ts";
import { provision } from "../db/setup/provision.ts";
import { embeddedIn } from "../db/setup/unusable-database.ts";
import { environment } from "../server/lifecycle/environment.ts";

/**
 * DATABASE_OWNER_URL, else DATABASE_URL, else the embedded server, which is started where it does not run; with what whoever
 * runs this knows that address as.
 */
export async function ownersAddress(): Promise<{ name: string; url: string }> {
  const { DATABASE_OWNER_URL, DATABASE_URL, ONCE_DATA_DIR } = environment();
  if (DATABASE_OWNER_URL !== undefined) return { name: "DATABASE_OWNER_URL", url: DATABASE_OWNER_URL };
  if (DATABASE_URL !== undefined) return { name: "DATABASE_URL", url: DATABASE_URL };
  const dataDir = path.resolve(ONCE_DATA_DIR);
  const server = await startEmbedded(dataDir);
  return { name: embeddedIn(dataDir), url: (await provision(server.adminUrl, "once")).ownerUrl };
}

/** The same for what the application itself may do: DATABASE_URL, else the embedded server. */
export async function applicationsAddress(): Promise<{ name: string; url: string }> {
  const { DATABASE_URL, ONCE_DATA_DIR } = environment();
  if (DATABASE_URL !== undefined) return { name: "DATABASE_URL", url: DATABASE_URL };
  const dataDir = path.resolve(ONCE_DATA_DIR);
  const server = await startEmbedded(dataDir);
  return { name: embeddedIn(dataDir), url: (await provision(server.adminUrl, "once")).appUrl };
}
