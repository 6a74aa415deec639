/** From an empty database to one that is served: once, twice, and by two at once. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { verifyPassword } from "better-auth/crypto";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reconcile } from "@/db/ledger/reconcile";
import type { Connections } from "@/db/setup/provision";
import { testDatabase } from "@/db/testing/fixtures/database";
import { withEmptyDatabase } from "@/db/testing/fixtures/empty-database";

const demo = testDatabase();
const PASSWORD = "correct horse battery";
const folder = mkdtempSync(path.join(tmpdir(), "once-setup-"));
const passwordFile = path.join(folder, "password");
beforeAll(() => writeFileSync(passwordFile, `${PASSWORD}\n`, { mode: 0o600 }));
afterAll(() => rmSync(folder, { recursive: true }));

type Run = { code: number | null; output: string };

/** Runs a command as somebody would, without a terminal. */
function run(
  script: "setup" | "operator",
  { appUrl, ownerUrl }: Connections,
  args: string[],
  env = {},
): Promise<Run> {
  const child = spawn(process.execPath, ["node_modules/tsx/dist/cli.mjs", `scripts/${script}.ts`, ...args], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: appUrl,
      DATABASE_OWNER_URL: ownerUrl,
      NODE_ENV: "production",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (text) => (output += text));
  child.stderr.on("data", (text) => (output += text));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}

const operatorFlags = (handle: string) => [
  ...["--operator-email", `${handle}@example.com`, "--operator-handle", handle],
  ...["--operator-name", `The ${handle}`, "--operator-password-file", passwordFile],
];
const OLGA = [...operatorFlags("olga"), "--currencies", "usd,JPY=100000"];

async function contents(ownerUrl: string) {
  const owner = postgres(ownerUrl, { max: 1, onnotice: () => {} });
  try {
    const users = await owner`select handle, email, role, email_verified from users order by handle`;
    const [credential] = await owner<{ password: string }[]>`select password from credentials`;
    const currencies = await owner`
      select c.code::text, c.day_limit_minor::text as day_limit, a.purpose, a.balance_minor::text as balance
        from currencies c join ledger_accounts a on a.id = c.house_account_id order by c.code`;
    const counts = await owner`
      select (select count(*)::int from ledger_accounts) as accounts, (select count(*)::int from audit_log) as audit`;
    return { users, hash: credential?.password ?? "", currencies, counts, findings: await reconcile(owner) };
  } finally {
    await owner.end();
  }
}

describe("setup", () => {
  it(
    "makes the schema, the first operator and the house accounts, says what is next, and the second time nothing",
    () =>
      withEmptyDatabase(async (addresses) => {
        const first = await run("setup", addresses, OLGA);
        expect(first).toMatchObject({ code: 0 });
        expect(first.output).toContain("Made the operator @olga");
        expect(first.output).toContain("What is next");
        expect(first.output).not.toContain(PASSWORD);
        const made = await contents(addresses.ownerUrl);
        expect(made.users).toEqual([
          { handle: "olga", email: "olga@example.com", role: "operator", email_verified: true },
        ]);
        expect(await verifyPassword({ hash: made.hash, password: PASSWORD })).toBe(true);
        expect(made.currencies).toEqual([
          { code: "JPY", day_limit: "100000", purpose: "funding", balance: "0" },
          { code: "USD", day_limit: null, purpose: "funding", balance: "0" },
        ]);
        expect(made.counts).toEqual([{ accounts: 2, audit: 3 }]);
        expect(made.findings).toEqual([]);

        const second = await run("setup", addresses, OLGA);
        expect(second).toMatchObject({ code: 0 });
        expect(second.output).toContain("Operators are there already: @olga. None was made.");
        expect(await contents(addresses.ownerUrl)).toEqual(made);
      }),
    60_000,
  );

  it(
    "that runs twice at once makes one operator and one house account each",
    () =>
      withEmptyDatabase(async (addresses) => {
        const runs = await Promise.all([
          run("setup", addresses, OLGA),
          run("setup", addresses, [...operatorFlags("oskar"), "--currencies", "USD,JPY=100000"]),
        ]);
        expect(runs.map(({ code }) => code)).toEqual([0, 0]);
        const made = await contents(addresses.ownerUrl);
        expect(made.users).toHaveLength(1);
        expect(made.currencies).toHaveLength(2);
        expect(made.counts).toEqual([{ accounts: 2, audit: 3 }]);
      }),
    60_000,
  );

  it(
    "takes everything from the environment, too, and says what is missing where nobody can be asked",
    () =>
      withEmptyDatabase(async (addresses) => {
        const nothing = await run("setup", addresses, []);
        expect(nothing).toMatchObject({ code: 2 });
        expect(nothing.output).toContain(
          "Not given: --operator-email, --operator-handle, --operator-name, --operator-password-file",
        );
        const env = {
          ONCE_OPERATOR_EMAIL: "olga@example.com",
          ONCE_OPERATOR_HANDLE: "olga",
          ONCE_OPERATOR_NAME: "Olga",
          ONCE_OPERATOR_PASSWORD: PASSWORD,
          ONCE_CURRENCIES: "EUR",
        };
        const done = await run("setup", addresses, [], env);
        expect(done).toMatchObject({ code: 0 });
        expect(done.output).not.toContain(PASSWORD);
      }),
    60_000,
  );

  it.each([
    [[...operatorFlags("olga"), "--currencies", "USD,XXX"], '"XXX" is no currency in use'],
    [[...operatorFlags("olga"), "--currencies", "JPY=1.5"], '"1.5" is no amount in JPY'],
    [[...operatorFlags("9olga"), "--currencies", "USD"], "The handle begins with a letter"],
    [[...operatorFlags("olga"), "--currencies", "USD=5=6"], '"USD=5=6" has more than one limit'],
    [[...operatorFlags("olga"), "--currencies", "GBP=1,gbp=2"], "GBP is named twice"],
    [["--operator-password", "secret"], "Unknown option"],
  ])(
    "refuses %j in words, and makes nobody",
    (args, says) =>
      withEmptyDatabase(async (addresses) => {
        const refused = await run("setup", addresses, args);
        expect(refused).toMatchObject({ code: 2 });
        expect(refused.output).toContain(says);
      }),
    60_000,
  );

  it("refuses the demo, with and without a database of its own", async () => {
    const open = await run("setup", demo, OLGA);
    expect(open).toMatchObject({ code: 2 });
    expect(open.output).toContain("remove-demo");
    const asDemo = await run("setup", demo, OLGA, { ONCE_DEMO: "1" });
    expect(asDemo).toMatchObject({ code: 2 });
    expect(asDemo.output).toContain("this is the demo");
    expect(await demo.owner`select 1 from users where handle = 'olga'`).toEqual([]);
  }, 60_000);

  it(
    "does not make an operator of whoever signed up with that address before",
    () =>
      withEmptyDatabase(async (addresses) => {
        await run("setup", addresses, ["--currencies", "USD"]);
        const owner = postgres(addresses.ownerUrl, { max: 1, onnotice: () => {} });
        await owner`insert into users (name, email, handle) values ('Eve', 'olga@example.com', 'eve')`;
        await owner.end();
        const refused = await run("setup", addresses, OLGA);
        expect(refused, refused.output).toMatchObject({ code: 1 });
        expect(refused.output).toContain("Somebody has signed up as olga@example.com already");
        expect((await contents(addresses.ownerUrl)).users).toMatchObject([{ handle: "eve", role: "payer" }]);
      }),
    60_000,
  );
});

it(
  "an operator's commands take a service from set-up to money in an account, and say what became of each",
  () =>
    withEmptyDatabase(async (addresses) => {
      await run("setup", addresses, OLGA);
      const owner = postgres(addresses.ownerUrl, { max: 1, onnotice: () => {} });
      try {
        await owner`
        insert into users (name, email, handle) values ('Ann', 'ann@example.com', 'ann'), ('Mia', 'mia@example.com', 'mia')`;
        const operator = (...args: string[]) => run("operator", addresses, args);
        const merchant = await operator("merchant", "mia", "--name", "Fig & Thistle", "--reason", "Contract");
        expect(merchant).toEqual({ code: 0, output: "@mia is a merchant: Fig & Thistle.\n" });

        const credit = await operator("credit", "ann", "50.00", "USD", "--reason", "Paid in, it's hers");
        expect(credit).toMatchObject({ code: 0 });
        expect(credit.output).toContain("$50.00 put into the USD account of @ann (Ann).");
        expect(credit.output).toContain("The account holds $50.00 now.");
        // The printed line, as a shell would take it.
        const [, intentId = ""] = /--intent (\S+)/.exec(credit.output) ?? [];
        expect(credit.output).toContain(`--reason 'Paid in, it'\\''s hers' --as olga --intent ${intentId}`);
        const again = [
          "credit",
          "ann",
          "50.00",
          "USD",
          "--reason",
          "Paid in, it's hers",
          "--as",
          "olga",
          "--intent",
          intentId,
        ];
        expect((await operator(...again)).output).toContain("This payment was made before, and once: $50.00");
        expect((await operator(...again.with(2, "51.00"))).code).toBe(1);
        const [{ balance } = { balance: "" }] = await owner<{ balance: string }[]>`
        select balance_minor::text as balance from ledger_accounts a join users u on u.id = a.owner_id
         where u.handle = 'ann' and a.currency = 'USD'`;
        expect(balance).toBe("5000");

        const tooMuch = await operator("debit", "ann", "50.01", "USD", "--reason", "Paid out");
        expect(tooMuch).toMatchObject({ code: 1 });
        expect(tooMuch.output).toContain("No money has moved");
        for (const [args, code, says] of [
          [["credit", "ann", "5.001", "USD", "--reason", "x"], 2, '"5.001" is no amount in USD'],
          [["credit", "ann", "5", "USD"], 2, "Say why"],
          [
            ["credit", "nobody", "5", "USD", "--reason", "x"],
            1,
            "There is no @nobody. Nothing was changed by this.",
          ],
          [["credit", "ann", "5", "CHF", "--reason", "x"], 1, "This currency is not open"],
          [["credit", "ann", "5", "USD", "--reason", "x", "--as", "mia"], 1, "@mia is no operator"],
          [["freeze", "ann", "--reason", "x", "--intent", intentId], 2, '"freeze" takes no --intent'],
          [["frieze", "ann"], 2, 'There is no command "frieze"'],
          [["limit", "ann", "USD", "10.00", "--reason", "Young"], 0, "up to $10.00 a day"],
          [["currency", "EUR", "--day-limit", "none", "--reason", "Grown"], 0, "EUR is open"],
          [["freeze", "ann", "--reason", "Stolen phone"], 0, "@ann is frozen"],
          [["freeze", "ann", "--reason", "Stolen phone"], 0, "It was so already"],
          [["requests"], 0, "Nobody waits."],
          [["audit", "--limit", "3"], 0, '@olga  freeze  ann  "Stolen phone"'],
        ] as const) {
          const result = await operator(...args);
          expect([result.code, result.output], args.join(" ")).toEqual([code, expect.stringContaining(says)]);
        }
        expect(await reconcile(owner)).toEqual([]);
      } finally {
        await owner.end();
      }
    }),
  120_000,
);
