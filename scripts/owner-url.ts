/** Where the commands for operators connect: as the role that owns the tables, to the server that the application uses. */
import path from "node:path";
import { startEmbedded } from "../db/embedded.ts";
import { provision } from "../db/provision.ts";
import { environment } from "../server/environment.ts";

/** DATABASE_OWNER_URL, else DATABASE_URL, else the embedded server, which is started where it does not run. */
export async function ownerUrl(): Promise<string> {
  const { DATABASE_OWNER_URL, DATABASE_URL, ONCE_DATA_DIR } = environment();
  const given = DATABASE_OWNER_URL ?? DATABASE_URL;
  if (given !== undefined) return given;
  const server = await startEmbedded(path.resolve(ONCE_DATA_DIR));
  return (await provision(server.adminUrl, "once")).ownerUrl;
}
