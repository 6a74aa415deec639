/** What a pool returns, also after a result that broke off. */
import { describe, expect, it, onTestFinished } from "vitest";
import { SERVER_VERSION, superuser, testDatabase } from "../testing/fixtures/database.ts";
import { startWireProxy } from "../testing/proxies/wire-proxy.ts";
import { openPool, type Pool } from "./pool.ts";

const test = testDatabase();

/** A pool of one connection, so that the next query has the same as the one before. */
function poolTo(url: string): Pool {
  const options = { name: "test", connectionsMax: 1, serverVersion: SERVER_VERSION, onNotice: () => {} };
  const pool = openPool(url, options);
  onTestFinished(() => pool.end());
  return pool;
}

/** Every way in which rows are asked for: by us, and by Drizzle. */
async function twoRows({ sql }: Pool): Promise<unknown[]> {
  return [
    [...(await sql`select n from generate_series(7, 8) n`)],
    [...(await sql.unsafe("select n from generate_series(7, 8) n"))],
    [...(await sql.unsafe("select n from generate_series(7, 8) n").values())],
  ];
}
const TWO_ROWS = [
  [{ n: 7 }, { n: 8 }],
  [{ n: 7 }, { n: 8 }],
  [[7], [8]],
];

describe("a result has all its rows and nothing else, after one that broke off", () => {
  it("by an error between two rows", async () => {
    const pool = poolTo(test.appUrl);
    for (const rows of await Promise.all([1, 2, 3].map(() => twoRows(pool)))) expect(rows).toEqual(TWO_ROWS);
    for (let time = 0; time < 3; time += 1) {
      await expect(pool.sql`select 1 / (3 - n) from generate_series(1, 5) n`).rejects.toThrow(
        "division by zero",
      );
      const [row] = await pool.sql<{ n: number }[]>`select 7 as n`;
      expect(row).toEqual({ n: 7 });
      await expect(pool.sql`select 1 / (3 - n) from generate_series(1, 5) n`).rejects.toThrow(
        "division by zero",
      );
      expect(await twoRows(pool)).toEqual(TWO_ROWS);
      await expect(pool.sql`select 1 / (3 - n) from generate_series(1, 5) n`).rejects.toThrow(
        "division by zero",
      );
      expect([...(await pool.sql.unsafe("select n from generate_series(7, 8) n").values())]).toEqual([
        [7],
        [8],
      ]);
    }
  });

  it("by the last error of a backend that is ended, which fails no later query", async () => {
    const pool = poolTo(test.appUrl);
    const [own] = await pool.sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    const asleep = pool.sql`select pg_sleep(${60}::int)`.then(
      () => "awake",
      (error: Error & { code: string }) => error.code,
    );
    const admin = superuser(test.appUrl);
    onTestFinished(() => admin.end());
    for (let ended = 0; ended === 0; )
      ended = (
        await admin`select pg_terminate_backend(pid) from pg_stat_activity
                     where pid = ${own?.pid ?? 0} and wait_event = 'PgSleep'`
      ).length;
    expect(await asleep).toBe("ECONNRESET");
    for (let time = 0; time < 3; time += 1) expect(await pool.sql`select 1 as n`).toEqual([{ n: 1 }]);
  });

  it("by a connection that was cut after the first rows", async () => {
    const url = new URL(test.appUrl);
    const proxy = await startWireProxy(url.hostname, Number(url.port));
    onTestFinished(() => proxy.close());
    url.port = String(proxy.port);
    const pool = poolTo(url.href);
    for (const point of ["mid-row", "before-complete"] as const) {
      proxy.arm({ point, kind: "cut", matching: "the one that breaks", times: 1 });
      await expect(
        pool.sql`select n, ${"the one that breaks"}::text from generate_series(1, 5) n`,
      ).rejects.toThrow();
      const [row] = await pool.sql<{ n: number }[]>`select 7 as n`;
      expect(row).toEqual({ n: 7 });
    }
    expect(proxy.fired()).toBe(2);
    expect(await twoRows(pool)).toEqual(TWO_ROWS);
  });
});
