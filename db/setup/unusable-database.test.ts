/** Every way in which a database cannot be used at start, as it really happens: one sentence, and never the password. */
import { randomUUID } from "node:crypto";
import net from "node:net";
import path from "node:path";
import postgres from "postgres";
import { afterAll, afterEach, beforeEach, describe, expect, inject, it, vi } from "vitest";
import { database } from "../connection/client.ts";
import { startPooler } from "../testing/proxies/pooler.ts";
import { startWireProxy } from "../testing/proxies/wire-proxy.ts";
import { isForOperator } from "./cannot-start.ts";
import { startDatabase } from "./start.ts";
import { embeddedIn, usable } from "./unusable-database.ts";

const admin = postgres(inject("adminUrl"), { max: 1, onnotice: () => {} });
const warn = vi.spyOn(console, "warn");
const PASSWORD = "top secret";
const closing: (() => Promise<unknown>)[] = [];
/** Of a role and a database of this test's. */
let name: string;
let url: URL;

beforeEach(async () => {
  warn.mockReset().mockImplementation(() => {});
  name = `once_unusable_${randomUUID().replaceAll("-", "").slice(0, 12)}`;
  await admin.unsafe(`create role "${name}" login password '${PASSWORD}'`);
  await admin.unsafe(`create database "${name}" owner "${name}"`);
  url = new URL(inject("adminUrl"));
  Object.assign(url, { username: name, password: PASSWORD, pathname: `/${name}` });
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await admin.unsafe(`drop database if exists "${name}" with (force)`);
  await admin.unsafe(`drop role "${name}"`);
});

afterAll(async () => {
  vi.restoreAllMocks();
  await admin.end();
});

/** What start-up says about an address, and nothing where it starts. */
async function said(databaseUrl: string, ownerUrl?: string): Promise<string> {
  const options = { databaseUrl, ownerUrl, dataDir: path.join(".data", "none"), demo: false };
  const error: unknown = await startDatabase(options).catch((thrown: unknown) => thrown);
  if (error === undefined) {
    await database().close();
    return "";
  }
  if (!isForOperator(error)) throw error;
  expect(error.message).not.toMatch(/secret|\bat .*\.ts/);
  return error.message;
}

function withChanges(
  changes: Partial<Record<"hostname" | "port" | "password" | "pathname" | "search", string>>,
) {
  return Object.assign(new URL(url), changes).href;
}

/** A server that does `serve` with each connection; its port. */
async function server(serve: (client: net.Socket) => void): Promise<string> {
  const listening = net.createServer((client) => {
    closing.push(async () => client.destroy());
    serve(client.on("error", () => {}));
  });
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise((resolve) => listening.close(resolve)));
  return String((listening.address() as net.AddressInfo).port);
}

/** A database of this name with another encoding. */
async function withEncoding(encoding: string): Promise<void> {
  await admin.unsafe(`drop database "${name}"`);
  await admin.unsafe(
    `create database "${name}" owner "${name}" encoding '${encoding}' locale 'C' locale_provider libc template template0`,
  );
}

describe("start-up says in words that", () => {
  it("nobody listens", async () => {
    const port = await server(() => {});
    await closing.pop()?.();
    expect(await said(withChanges({ port }))).toBe(
      `Nobody listens at 127.0.0.1:${port}, where DATABASE_URL points: start PostgreSQL there, or correct host and port.`,
    );
    const two = url.href.replace(url.host, `127.0.0.1:${port},localhost:${port}`);
    expect(await said(two)).toMatch(/Nobody listens at 127.0.0.1:\d+ or localhost:\d+,/);
  });

  it("there is no such host", async () => {
    expect(await said(withChanges({ hostname: "no-such-host.invalid" }))).toMatch(
      /^There is no host of this name: no-such/,
    );
  });

  it("nobody answers", async () => {
    expect(await said(withChanges({ port: await server(() => {}) }))).toMatch(/gives no answer/);
  });

  it("what answers is not PostgreSQL, or closes at once", async () => {
    const web = await server((client) => client.write("HTTP/1.1 400 Bad Request\r\n\r\n"));
    expect(await said(withChanges({ port: web }))).toMatch(/is not PostgreSQL: correct/);
    const rude = await server((client) => client.once("data", () => client.end()));
    expect(await said(withChanges({ port: rude }))).toMatch(/closes the connection without a word/);
  });

  it("the password is wrong, or the role may not log in", async () => {
    expect(await said(withChanges({ password: "wrong secret" }))).toBe(
      "The password or the user in DATABASE_URL is wrong.",
    );
    await admin.unsafe(`alter role "${name}" nologin`);
    expect(await said(url.href)).toMatch(
      /does not let the user of DATABASE_URL in \(.*not permitted to log in\)/,
    );
  });

  it("there is no such database", async () => {
    expect(await said(withChanges({ pathname: "/nowhere" }))).toMatch(
      /"nowhere" does not exist, where DATABASE_URL/,
    );
  });

  it("TLS is demanded and not offered", async () => {
    expect(await said(withChanges({ search: "?sslmode=require" }))).toMatch(/DATABASE_URL demands TLS/);
    expect(await said(withChanges({ search: "?sslmode=prefer" }))).toBe("");
  });

  it("there is no connection left", async () => {
    await admin.unsafe(`alter role "${name}" connection limit 0`);
    expect(await said(url.href)).toMatch(/has no connection left/);
  });

  it("the server does not know what the address asks for", async () => {
    expect(await said(withChanges({ search: "?no_such_setting=1" }))).toMatch(
      /cannot be used: .*no_such_setting/,
    );
  });

  it("the owner may not migrate, and which address that was", async () => {
    await admin.unsafe(`alter database "${name}" owner to postgres`);
    expect(await said(url.href)).toMatch(
      /^The role of DATABASE_URL may not do what is needed \(permission denied/,
    );
    expect(await said(url.href, url.href)).toMatch(/^The role of DATABASE_OWNER_URL may not/);
  });

  it("the database takes no writes", async () => {
    await admin.unsafe(`alter role "${name}" set default_transaction_read_only = on`);
    expect(await said(url.href)).toMatch(/^The database behind DATABASE_URL takes no writes/);
  });

  it("the disk is full", async () => {
    const inside = postgres(Object.assign(new URL(inject("adminUrl")), { pathname: `/${name}` }).href, {
      max: 1,
    });
    await inside.unsafe(`
      create function no_room() returns event_trigger language plpgsql as $$
      begin raise 'could not extend file' using errcode = 'disk_full'; end $$;
      create event trigger no_room on ddl_command_start execute function no_room()`);
    await inside.end();
    expect(await said(url.href)).toMatch(/^The database behind DATABASE_URL has a full disk/);
  });

  it.each(["SQL_ASCII", "LATIN1"])("the encoding is %s", async (encoding) => {
    await withEncoding(encoding);
    expect(await said(url.href)).toMatch(new RegExp(`This database's encoding is ${encoding}`));
  });
});

it.each([
  ["DATABASE_URL", /^The database behind DATABASE_URL has no tables .*, which makes them\.$/],
  [
    embeddedIn("/srv/once/.data"),
    /^The embedded PostgreSQL in \/srv\/once\/\.data has no tables .*ONCE_DATA_DIR/,
  ],
])("a command says of %s that it has no tables, and where it looked", async (variable, sentence) => {
  const look = () => usable(variable, url.href, () => admin`select from "no such table"`);
  await expect(look()).rejects.toThrow(sentence);
});

describe("behind a pooler, start-up says", () => {
  async function pooler(others: "refused" | "ignored"): Promise<string> {
    const one = await startPooler(url.hostname, Number(url.port), others);
    closing.push(() => one.close());
    return String(one.port);
  }

  it("what it needs, where it refuses our startup parameters", async () => {
    const port = await pooler("refused");
    expect(await said(withChanges({ port }))).toMatch(
      /^A pooler stands where DATABASE_URL points, and refuses .* ignore_startup_parameters/,
    );
    expect(await said(url.href, withChanges({ port }))).toMatch(
      /^A pooler stands where DATABASE_OWNER_URL points/,
    );
  });

  it("which limits are not in force where it ignores them, and how they come to be", async () => {
    const port = await pooler("ignored");
    expect(await said(withChanges({ port }), url.href)).toBe("");
    const warnings = warn.mock.calls.flat().join("\n");
    expect(warnings).toMatch(/statement_timeout is 0 instead of 5000, lock_timeout is 0 instead of 2000/);
    expect(warnings).toMatch(/idle_in_transaction_session_timeout is 0 .* transaction_timeout is 0/);
    expect(warnings).toContain(`alter role "${name}" set statement_timeout = '5000';`);
    expect(warnings).toMatch(/add \?prepare=false/);

    warn.mockReset().mockImplementation(() => {});
    for (const setting of ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"])
      await admin.unsafe(`alter role "${name}" set ${setting} = '1s'`);
    await admin.unsafe(`alter role "${name}" set transaction_timeout = '6s'`);
    expect(await said(withChanges({ port, search: "?prepare=false" }), url.href)).toBe("");
    expect(warn.mock.calls.flat().join("\n")).not.toMatch(/instead of|prepare/);
  });

  it("that migrations do not belong there", async () => {
    const port = await pooler("ignored");
    expect(await said(url.href, withChanges({ port }))).toBe("");
    expect(warn.mock.calls.flat().join("\n")).toMatch(/Migrations go through a pooler.*DATABASE_OWNER_URL/);
    warn.mockReset().mockImplementation(() => {});
    expect(await said(url.href)).toBe("");
    expect(warn.mock.calls.flat().join("\n")).not.toMatch(/pooler/);
  });

  it.each([
    ["default_transaction_isolation", "repeatable read"],
    ["DateStyle", "German"],
    ["bytea_output", "escape"],
    ["client_min_messages", "error"],
  ])("no, where %s is not what the promise needs, and claims nothing else", async (setting, value) => {
    await admin.unsafe(`alter role "${name}" set ${setting} = '${value}'`);
    const port = await pooler("ignored");
    expect(await said(withChanges({ port }), url.href)).toMatch(
      new RegExp(`${setting} is ${value}.* instead of`),
    );
    expect(warn.mock.calls.flat().join("\n")).not.toMatch(/all the same/);
    // Straight to the server, our connections see to it themselves.
    expect(await said(url.href)).toBe("");
  });

  it("no, where it runs statements in transactions of its own", async () => {
    const proxy = await startWireProxy(url.hostname, Number(url.port));
    closing.push(() => proxy.close());
    proxy.beginOnItsOwn();
    const port = String(proxy.port);
    expect(await said(withChanges({ port }))).toMatch(
      /^A pooler stands where DATABASE_URL points, which runs each/,
    );
    expect(await said(url.href, withChanges({ port }))).toMatch(
      /^A pooler stands where DATABASE_OWNER_URL points/,
    );
  });
});
