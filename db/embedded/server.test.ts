import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAlive, type ProcessIdentity } from "./ownership.ts";
import { removeEmbedded, startEmbedded } from "./server.ts";
import {
  cleanUp,
  dataRootBelow,
  makeFolder,
  OPEN_MODE,
  remembered,
  spawnFixture,
  spawnOwner,
  withConnection,
} from "./testing.ts";

/** A fast shutdown with nothing to write takes about 100 ms; this is for a machine that is busy with other tests. */
const GONE = { timeout: 20_000, interval: 20 };

let dataRoot: string;

function useNewDataRoot(): void {
  dataRoot = dataRootBelow(makeFolder(OPEN_MODE));
}

async function expectGone(server: ProcessIdentity): Promise<void> {
  await expect.poll(() => isAlive(server), GONE).toBe(false);
}

describe("a server and the processes that ask for it", () => {
  beforeAll(useNewDataRoot);
  afterAll(cleanUp);

  it("starts durable, for this machine only, and keeps port and data from start to start", async () => {
    const first = await startEmbedded(dataRoot);
    expect(first.owned).toBe(true);
    const settings = await withConnection(first.adminUrl, async (sql) => {
      await sql`create table kept (id int)`;
      await sql`insert into kept values (1)`;
      const rows = await sql<{ name: string; setting: string }[]>`select name, setting from pg_settings`;
      const [casing] =
        await sql`select upper('ä') as upper, current_setting('server_version_num')::int / 10000 as major`;
      expect(casing).toEqual({ upper: "Ä", major: 18 });
      return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
    });
    expect(settings).toMatchObject({
      fsync: "on",
      full_page_writes: "on",
      synchronous_commit: "on",
      listen_addresses: "127.0.0.1",
      unix_socket_directories: "",
      TimeZone: "UTC",
      max_connections: "200",
      server_encoding: "UTF8",
      password_encryption: "scram-sha-256",
    });
    expect(statSync(join(dataRoot, "postgres.json")).mode & 0o077).toBe(0);
    await expect(
      withConnection(first.adminUrl.replace(/:[0-9a-f]+@/, ":x@"), (sql) => sql`select 1`),
    ).rejects.toThrow("password");

    const { postmaster } = remembered(dataRoot);
    await first.stop();
    expect(isAlive(postmaster)).toBe(false);

    const second = await startEmbedded(dataRoot);
    expect(second.adminUrl).toBe(first.adminUrl);
    expect(await withConnection(second.adminUrl, (sql) => sql`select id from kept`)).toEqual([{ id: 1 }]);
    await second.stop();
  });

  it("is used by a second process, and not ended by it", async () => {
    const owner = await spawnOwner(dataRoot, "stay");
    expect(owner.owned).toBe(true);
    const found = await startEmbedded(dataRoot);
    expect(found).toMatchObject({ adminUrl: owner.adminUrl, owned: false });
    await found.stop();
    expect(isAlive(remembered(dataRoot).postmaster)).toBe(true);
  });

  it("is made and started by exactly one of three processes that ask at once", async () => {
    useNewDataRoot();
    const owners = await Promise.all([0, 1, 2].map(() => spawnOwner(dataRoot, "stay")));
    expect(owners.filter(({ owned }) => owned)).toHaveLength(1);
    expect(new Set(owners.map(({ adminUrl }) => adminUrl)).size).toBe(1);
  });
});

describe("a server whose owner ends", () => {
  beforeAll(useNewDataRoot);
  afterAll(cleanUp);

  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "on a %s that nobody handles, ends too",
    async (signal) => {
      const owner = await spawnOwner(dataRoot, "stay");
      const { postmaster } = remembered(dataRoot);
      owner.child.kill(signal);
      expect(await owner.ended).toBe(signal);
      await expectGone(postmaster);
    },
  );

  it("outlives the requests, where the owner handles the signal itself", async () => {
    const owner = await spawnOwner(dataRoot, "drain");
    const { postmaster } = remembered(dataRoot);
    owner.child.kill("SIGTERM");
    expect(await owner.ended).toBe(0);
    expect(owner.lines).toEqual(["answered"]);
    await expectGone(postmaster);
  });

  it.each([
    ["finish", 0],
    ["throw", 1],
  ] as const)("ends too when the owner is made to %s", async (then, code) => {
    const owner = await spawnOwner(dataRoot, then);
    expect(await owner.ended).toBe(code);
    await expectGone(remembered(dataRoot).postmaster);
  });
});

describe("after a SIGKILL", () => {
  beforeAll(useNewDataRoot);
  afterAll(cleanUp);

  it("of the owner, the server is adopted and ends with its new owner", async () => {
    const owner = await spawnOwner(dataRoot, "stay");
    const { postmaster } = remembered(dataRoot);
    owner.child.kill("SIGKILL");
    await owner.ended;

    const adopted = await startEmbedded(dataRoot);
    expect(adopted).toMatchObject({ adminUrl: owner.adminUrl, owned: true });
    expect(remembered(dataRoot).postmaster).toEqual(postmaster);
    await adopted.stop();
    expect(isAlive(postmaster)).toBe(false);
  });

  it("of the server, what was committed is there at the next start", async () => {
    const { adminUrl } = await startEmbedded(dataRoot);
    await withConnection(adminUrl, async (sql) => {
      await sql`create table kept (id int)`;
      await sql`insert into kept values (1)`;
      const busy = sql`select pg_sleep(60)`.catch((error: unknown) => error);
      process.kill(remembered(dataRoot).postmaster.pid, "SIGKILL");

      const again = await startEmbedded(dataRoot);
      expect(again.owned).toBe(true);
      expect(await withConnection(again.adminUrl, (other) => other`select id from kept`)).toEqual([
        { id: 1 },
      ]);
      await sql.end({ timeout: 0 });
      expect(await busy).toBeInstanceOf(Error);
    });
  });

  it("of a process in the middle of initdb, the next one starts over", async () => {
    useNewDataRoot();
    const killed = spawnFixture(dataRoot, "stay");
    const halfMade = () =>
      existsSync(dataRoot) && readdirSync(dataRoot).find((name) => name.startsWith("postgres.new-"));
    await expect.poll(halfMade, GONE).toBeTruthy();
    killed.kill("SIGKILL");

    const { owned, adminUrl } = await startEmbedded(dataRoot);
    expect(owned).toBe(true);
    expect(await withConnection(adminUrl, (sql) => sql`select 1 as one`)).toEqual([{ one: 1 }]);
    expect(halfMade()).toBeUndefined();
  });
});

describe("what lies in the way", () => {
  beforeAll(useNewDataRoot);
  afterAll(cleanUp);

  it("a folder that is no whole cluster is set aside, not used and not lost", async () => {
    mkdirSync(join(dataRoot, "postgres"), { recursive: true });
    writeFileSync(join(dataRoot, "postgres", "PG_VERSION"), "18\n");
    await startAndStop();
    const aside = readdirSync(dataRoot).filter((name) => name.startsWith("postgres.incomplete-"));
    expect(aside).toHaveLength(1);
  });

  it("a port that was taken meanwhile is replaced, a process id that is a stranger's now is no obstacle", async () => {
    await startAndStop();
    const { port, cluster } = remembered(dataRoot);
    writeFileSync(join(dataRoot, cluster, "postmaster.pid"), `${process.pid}\n`);
    const stranger = createServer().listen(port, "127.0.0.1");
    try {
      await startAndStop();
      expect(remembered(dataRoot).port).not.toBe(port);
    } finally {
      stranger.close();
    }
  });

  it("PostgreSQL's own last words come with a start that failed", async () => {
    await startAndStop();
    const settings = join(dataRoot, "postgres", "postgresql.conf");
    const good = readFileSync(settings);
    writeFileSync(settings, "nonsense = 1\n");
    await expect(startEmbedded(dataRoot)).rejects.toThrow(
      /did not start; its log is .*\n\n[\s\S]*unrecognized .* "nonsense"/,
    );
    writeFileSync(settings, good);
    await startAndStop();
  });

  it("another major version, a damaged file and a lost password are each said in a sentence", async () => {
    await startAndStop();
    const version = join(dataRoot, "postgres", "PG_VERSION");
    writeFileSync(version, "17\n");
    await expect(startEmbedded(dataRoot)).rejects.toThrow(
      /was made by PostgreSQL 17 and this is PostgreSQL 18/,
    );
    writeFileSync(version, "18\n");

    const state = join(dataRoot, "postgres.json");
    writeFileSync(state, "{");
    await expect(startEmbedded(dataRoot)).rejects.toThrow(/postgres.json is damaged/);
    rmSync(state);
    await expect(startEmbedded(dataRoot)).rejects.toThrow(/whose password is lost/);

    await removeEmbedded(dataRoot);
    expect(existsSync(join(dataRoot, "postgres"))).toBe(false);
  });

  async function startAndStop(): Promise<void> {
    const server = await startEmbedded(dataRoot);
    expect(server.owned).toBe(true);
    await server.stop();
  }
});
