/** `npm run dev` and `npm start` take the flags that people give to Next.js, and say which they do not take. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** Taken by this test: a command that gets this port ends with a sentence, before it serves anything. */
let taken: Server;
let port: number;
beforeAll(async () => {
  taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  port = (taken.address() as AddressInfo).port;
});
afterAll(() => taken.close());

/** What a command said before it ended. Outside the demo where `databaseUrl` is given; nothing connects there. */
function said(
  args: string[],
  { command = "dev", databaseUrl = "", otherPort = "" }: { [name: string]: string } = {},
): string {
  const env = { ...process.env, PORT: otherPort, DATABASE_URL: databaseUrl, ONCE_DEMO: "" };
  const ended = spawnSync(process.execPath, [`scripts/${command}.mjs`, ...args], { env, encoding: "utf8" });
  expect(ended.status).toBe(1);
  expect(ended.stdout).toBe("");
  return ended.stderr.trim();
}

describe("the port", () => {
  it.each([
    ["--port 4701", (number: string) => ["--port", number]],
    ["--port=4701", (number: string) => [`--port=${number}`]],
    ["-p 4701", (number: string) => ["-p", number]],
    ["-p4701", (number: string) => [`-p${number}`]],
  ])("is the one of %s, whatever PORT says", (_spelling, argsOf) => {
    expect(said(argsOf(String(port)), { otherPort: "70000" })).toMatch(
      new RegExp(`^Port ${port} is taken: .* npm (start|run dev) -- --port ${port + 1}$`),
    );
  });

  it("is PORT where no flag says another", () => {
    expect(said([], { otherPort: String(port) })).toContain(`Port ${port} is taken`);
  });

  it.each(["70000", "http", ""])("is no such one as %o", (number) => {
    expect(said(["--port", number])).toBe(`--port is "${number}", which is no port number.`);
  });
});

describe("the host", () => {
  it("is this machine in the demo, and nothing else", () => {
    expect(said(["--hostname", "0.0.0.0"])).toMatch(/^--hostname is for outside the demo: .*127\.0\.0\.1/);
  });

  it("is the one of the flag outside the demo", () => {
    // An address for documentation (RFC 5737): no machine has it.
    const args = ["-H", "192.0.2.1", "-p", String(port)];
    expect(said(args, { databaseUrl: "postgres://nobody@127.0.0.1:1/none" })).toContain("EADDRNOTAVAIL");
  });
});

it.each([
  ["dev", ["--turbo"], "--turbo"],
  ["dev", ["4701"], "4701"],
  ["start", ["--keepAliveTimeout", "1"], "--keepAliveTimeout"],
  ["start", ["--port"], "--port <value>' argument missing"],
])("npm run %s says in one sentence that it does not take %o, and what it takes", (command, args, named) => {
  const [sentence = "", usage = "", ...more] = said(args, { command }).split("\n");
  expect(sentence).toContain(named);
  expect(usage).toBe(`Usage: npm run ${command} -- [--port 3000] [--hostname 127.0.0.1]`);
  expect(more).toEqual([]);
});
