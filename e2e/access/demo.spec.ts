/** The demo's passwords are published: it answers this machine alone, and its database opens nothing outside it. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import http, { type IncomingMessage } from "node:http";
import { networkInterfaces } from "node:os";
import { provision } from "../../db/setup/provision.ts";
import { adminUrlOf, books } from "../support/books.ts";
import { expect, test } from "../support/fixtures.ts";
import { expectRefused, OTHER_PORT, PLAIN_NEXT, withOtherServer } from "../support/other-server.ts";

/** An address of this machine that others see; where it has none, only names can be tried. */
const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === "IPv4")?.address;

type Asking = { path?: string; hostname?: string; headers?: Record<string, string> };

/** Asks with headers that fetch does not let anybody set, Host among them. */
async function ask(address: string, { path = "/", hostname = "127.0.0.1", headers = {} }: Asking) {
  const { port } = new URL(address);
  const request = http.get({ hostname, port, path, headers, agent: false });
  const [answer] = (await once(request, "response")) as [IncomingMessage];
  const body = Buffer.concat(await answer.toArray()).toString();
  return { status: answer.statusCode, body };
}

test("wherever it listens, the demo answers this machine alone, and by its own names", async () => {
  // From before it listens on: what comes while it starts is held back, and must not be served later.
  const heard = new Set<number | string>();
  const polling = expect
    .poll(
      async () => {
        const answer = ask(`http://127.0.0.1:${OTHER_PORT}`, { headers: { host: "evil.example" } });
        heard.add(
          await answer.then(
            ({ status }) => status ?? 0,
            () => "no answer",
          ),
        );
        return [...heard].some((one) => one !== "no answer");
      },
      { intervals: [10] },
    )
    .toBe(true);
  await withOtherServer(
    {},
    async (address) => {
      await polling;
      expect(heard).toEqual(new Set(["no answer", 403]));
      expect(await ask(address, {})).toMatchObject({ status: 200 });
      expect(await ask(address, { headers: { host: "localhost:4000" } })).toMatchObject({ status: 200 });
      const foreign: Asking[] = [
        { headers: { host: "evil.example" } },
        { headers: { "x-forwarded-host": "evil.example" } },
        ...(outside === undefined ? [] : [{ hostname: outside }]),
      ];
      for (const asking of foreign) {
        for (const path of ["/", "/icon.svg", "/api/health/live", "/_next/static/none.js"]) {
          const answer = await ask(address, { ...asking, path });
          expect(answer.status, JSON.stringify({ ...asking, path })).toBe(403);
          expect(answer.body).toContain("answers this machine only");
        }
      }
    },
    PLAIN_NEXT,
  );
});

test("a database that was the demo's is refused outside it until the demo is removed; then it serves anybody", async () => {
  const database = "once_after_the_demo";
  const { appUrl, ownerUrl } = await provision(adminUrlOf("postgres"), database);
  const variables = {
    DATABASE_URL: appUrl,
    DATABASE_OWNER_URL: ownerUrl,
    BETTER_AUTH_SECRET: "the secret of a server in the tests",
  };
  const asAlice = { authorization: "Bearer once_demo_alice", host: "pay.example" };
  try {
    await withOtherServer({ ...variables, ONCE_DEMO: "1" }, async () => {});
    await expectRefused(variables, "npm run remove-demo");
    const removal = spawnSync(process.execPath, ["--import", "tsx", "scripts/remove-demo.ts"], {
      env: { ...process.env, ...variables },
      encoding: "utf8",
    });
    expect(removal.status, removal.stderr).toBe(0);
    await withOtherServer(
      variables,
      async (address) => {
        expect(await ask(address, { path: "/api/accounts", headers: asAlice })).toMatchObject({
          status: 401,
        });
        if (outside !== undefined) {
          const fromOutside = { hostname: outside, headers: { host: "pay.example" } };
          expect(await ask(address, fromOutside)).toMatchObject({ status: 200 });
        }
      },
      PLAIN_NEXT,
    );
  } finally {
    await books().unsafe(`drop database if exists "${database}" with (force)`);
  }
});
