/** A connection that ends or falls silent fails its query, wherever in its life that happens, in TLS and outside. */
import { randomUUID } from "node:crypto";
import net from "node:net";
import postgres from "postgres";
import { describe, expect, it, onTestFinished } from "vitest";
import { connectAsOwner } from "../../setup/migrate.ts";
import { testDatabase } from "../../testing/fixtures/database.ts";
import { message, READY } from "../../testing/fixtures/wire-messages.ts";
import { serveTcp } from "../../testing/proxies/listen.ts";
import { PROXY_TLS, startTlsProxy } from "../../testing/proxies/tls-proxy.ts";
import { startWireProxy } from "../../testing/proxies/wire-proxy.ts";
import { ONE_AT_A_TIME } from "../pool.ts";
import { Connector } from "./connector.ts";

const test = testDatabase();

/** Registers what is closed after the test. */
function opened<T extends { close(): Promise<void> }>(one: T): T {
  onTestFinished(() => one.close());
  return one;
}

/** One connection at a time to wherever `authority` is instead of the test's server. */
function sqlTo(authority: string, tls?: object): postgres.Sql {
  const { username, password, pathname } = new URL(test.appUrl);
  const url = `postgres://${username}:${password}@${authority}${pathname}`;
  const connector = new Connector(url, { tls });
  const sql = postgres(connector.url, {
    ...connector.options,
    ...ONE_AT_A_TIME,
    max: 1,
    // As the pools have it.
    fetch_types: false,
    onnotice: () => {},
  });
  onTestFinished(() => sql.end({ timeout: 0 }));
  return sql;
}

/** A server that does `serve` with each connection. */
const server = async (serve: (client: net.Socket) => void) => opened(await serveTcp(serve));

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const proxy = await startWireProxy("127.0.0.1", 1);
  await proxy.close();
  return proxy.port;
}

describe.each(["plain", "TLS"])("a %s connection", (kind) => {
  /** The test's server behind a proxy that can break connections, in TLS where that is asked for. */
  async function behindProxies() {
    const url = new URL(test.appUrl);
    const wire = opened(await startWireProxy(url.hostname, Number(url.port)));
    if (kind === "plain") return { wire, sql: sqlTo(`127.0.0.1:${wire.port}`) };
    const tls = opened(
      await startTlsProxy((inside) => {
        const upstream = net.connect({ host: "127.0.0.1", port: wire.port }).on("error", () => {});
        inside.pipe(upstream).pipe(inside);
      }),
    );
    return { wire, sql: sqlTo(`127.0.0.1:${tls.port}`, PROXY_TLS) };
  }

  it("that is silent fails its query, even when the query followed an answer at once; the next has another", async () => {
    const { wire, sql } = await behindProxies();
    const lost = randomUUID();
    wire.arm({ point: "before-statement", kind: "black-hole", matching: lost, times: 1 });
    const ask = (text: string) => sql`select ${text}::text as said`;
    // Prepared, so that nothing is sent before the statement itself.
    await ask("first");
    await ask("second");
    await expect(ask(lost)).rejects.toMatchObject({ code: "ETIMEDOUT" });
    expect(wire.fired()).toBe(1);
    expect(await ask("third")).toEqual([{ said: "third" }]);
  });

  it("may be idle for longer than an answer may take", async () => {
    const { sql } = await behindProxies();
    const pid = async () => (await sql<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]?.pid;
    const before = await pid();
    // Another connection falls silent meanwhile and is given up: as much time has passed.
    const mute = await server(() => {});
    const connector = new Connector(`postgres://127.0.0.1:${mute.port}`);
    const silent = connector.options.socket({ host: ["127.0.0.1"] });
    silent.write("anything");
    await new Promise((resolve) => silent.once("error", resolve));
    expect(await pid()).toBe(before);
  });

  it("that is closed before it was of use fails its query", async () => {
    if (kind === "plain") {
      const { port } = await server((client) => client.once("data", () => client.end()));
      await expect(sqlTo(`127.0.0.1:${port}`)`select 1`).rejects.toMatchObject({ code: "ECONNRESET" });
    } else {
      const tls = opened(await startTlsProxy((inside) => inside.once("data", () => inside.end())));
      await expect(sqlTo(`127.0.0.1:${tls.port}`, PROXY_TLS)`select 1`).rejects.toMatchObject({
        code: "ECONNRESET",
      });
    }
  });

  it("that cannot be made fails its query", async () => {
    const sql = sqlTo(`127.0.0.1:${await closedPort()}`, kind === "plain" ? undefined : PROXY_TLS);
    await expect(sql`select 1`).rejects.toMatchObject({ code: "ECONNREFUSED" });
    // And another time, by the same connection of the pool.
    await expect(sql`select 1`).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});

it("TLS does not begin with bytes that came in clear after the response to SSLRequest", async () => {
  const { port } = await server((client) => client.once("data", () => client.write("Sinjected")));
  await expect(sqlTo(`127.0.0.1:${port}`, PROXY_TLS)`select 1`).rejects.toMatchObject({
    code: "CONNECTION_TLS",
  });
});

const fatal = (code: string, text: string) => message("E", `SFATAL\0VFATAL\0C${code}\0M${text}\0\0`);

/** How a server begins that is a standby ("on") or none ("off"). */
function greetingOf(standby: "on" | "off"): Buffer {
  const states = [`in_hot_standby\0${standby}\0`, "default_transaction_read_only\0off\0"];
  return Buffer.concat([message("R", "\0\0\0\0"), ...states.map((state) => message("S", state)), READY]);
}

it("what a connection's end was told is never reported to a later query", async () => {
  const greeting = greetingOf("off");
  const row = [
    message("T", "\0\x01n\0\0\0\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0"),
    message("D", "\0\x01\0\0\0\x011"),
    message("C", "SELECT 1\0"),
    READY,
  ];
  // A restart in the midst of a statement, met by one slot of the pool.
  const served: ((client: net.Socket) => void)[] = [
    (client) => client.once("data", () => client.end(fatal("57P01", "terminated"))).write(greeting),
    (client) => client.end(fatal("57P03", "starting up")),
    (client) => client.on("data", () => client.write(Buffer.concat(row))).write(greeting),
  ];
  const { port } = await server((client) => client.once("data", () => served.shift()?.(client)));
  const sql = sqlTo(`127.0.0.1:${port}`);
  const ask = () => sql`select n`.simple();
  await expect(ask()).rejects.toMatchObject({ code: "ECONNRESET" });
  await expect(ask()).rejects.toMatchObject({ code: "57P03", message: "starting up" });
  expect(await ask()).toEqual([{ n: "1" }]);
  expect(served).toEqual([]);
});

describe("connecting", () => {
  it("that fails at once fails the query, and not the process", async () => {
    // A TCP connection to a multicast address has no route, which the system says before it returns.
    const sql = sqlTo("224.0.0.1:5432");
    await expect(sql`select 1`).rejects.toMatchObject({ syscall: "connect" });
    await expect(sqlTo("224.0.0.1:5432,224.0.0.1:5433")`select 1`).rejects.toMatchObject({
      syscall: "connect",
    });
  });

  it("to several hosts finds the one that is there", async () => {
    const { host } = new URL(test.appUrl);
    const sql = sqlTo(`127.0.0.1:${await closedPort()},${host}`);
    expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
  });

  it("to several hosts fails where all refuse, or close what they accepted", async () => {
    const closed = await closedPort();
    const { port } = await server((client) => client.once("data", () => client.end()));
    await expect(sqlTo(`127.0.0.1:${closed},127.0.0.1:${closed}`)`select 1`).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
    await expect(sqlTo(`127.0.0.1:${closed},127.0.0.1:${port}`)`select 1`).rejects.toThrow(/ECONN|closed/);
  });

  it("to several hosts says what the primary refused it for, and not that another one is a standby", async () => {
    const refusing = await server((client) => client.once("data", () => client.end(fatal("53300", "full"))));
    const standby = await server((client) => client.once("data", () => client.write(greetingOf("on"))));
    for (const [first, second] of [
      [refusing, standby],
      [standby, refusing],
    ] as const) {
      const sql = sqlTo(`127.0.0.1:${first.port},127.0.0.1:${second.port}`);
      await expect(sql`select 1`).rejects.toMatchObject({ code: "53300", message: "full" });
    }
  });

  it("is tried again after half a second at most, however often it has failed", () => {
    const { backoff } = new Connector(test.appUrl).options;
    expect([0, 3, 10, 1_000].map(backoff).every((seconds) => seconds <= 0.5)).toBe(true);
  });
});

describe("the owner's connection", () => {
  const ownerAt = (port: number) => {
    const url = new URL(test.ownerUrl);
    url.host = `127.0.0.1:${port}`;
    const sql = connectAsOwner(url.href);
    onTestFinished(() => sql.end({ timeout: 0 }));
    return sql;
  };

  it("does not wait for ever to be made", async () => {
    const mute = await server(() => {});
    const rude = await server((client) => client.once("data", () => client.end()));
    await expect(ownerAt(mute.port)`select 1`).rejects.toMatchObject({ code: "CONNECT_TIMEOUT" });
    await expect(ownerAt(rude.port)`select 1`).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  it("waits for locks no longer than a minute, and for statements as long as they take", async () => {
    const owner = ownerAt(Number(new URL(test.ownerUrl).port));
    const [limits] = await owner`
      select current_setting('lock_timeout') as lock, current_setting('statement_timeout') as statement,
             current_setting('idle_in_transaction_session_timeout') as idle`;
    expect(limits).toEqual({ lock: "1min", statement: "0", idle: "1min" });
  });
});
