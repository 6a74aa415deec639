/** What the commands say is so: also to whoever asks again after something changed. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { findByHandle } from "@/db/identity/users";
import { fund } from "@/db/payments/funding";
import { testDatabase } from "@/db/testing/fixtures/database";
import { balanceOf, keyFor, newPerson } from "@/db/testing/fixtures/people";
import { type CommandLine, parseCommandLine } from "./command-line.ts";
import { EXIT } from "./exit-codes.ts";
import { runCommand } from "./run-command.ts";

const test = testDatabase();

type Ran = { code: number; output: string };

async function run(commandLine: CommandLine, ask?: (question: string) => Promise<string>): Promise<Ran> {
  const said: string[] = [];
  const say = (text: string) => said.push(text);
  const code = await runCommand(commandLine, { say, complain: say, ask });
  return { code, output: said.join("\n") };
}

it("whoever was an operator is told what their credit became, and nobody hears of money that was not looked at", async () => {
  const [operator, payer] = [await newPerson(test.owner, 0n, "operator"), await newPerson(test.owner, 0n)];
  const credit = (intentId: string | undefined, handle = payer.handle): CommandLine => ({
    command: {
      name: "credit",
      handle,
      typedAmount: "5.00",
      amountMinor: 500n,
      code: "USD",
      reason: "Paid in",
      intentId,
      isMeantAgain: false,
    },
    as: operator.handle,
  });
  const intentId = randomUUID();
  await fund(operator.id, intentId, {
    direction: "credit",
    accountOf: payer.handle,
    amountMinor: 500n,
    currency: "USD",
    reason: "Paid in",
  });
  const misspelt = await run(credit(intentId, "nobody-here"));
  expect(misspelt.code).toBe(EXIT.notDone);
  expect(misspelt.output).not.toContain("money has moved");
  await test.owner`update users set role = 'payer' where id = ${operator.id}`;
  const again = await run(credit(intentId));
  expect(again.output).toContain("This payment was made before, and once: $5.00");
  expect(again.code).toBe(EXIT.done);
  // Looked at, and so.
  const another = await run(credit(randomUUID()));
  expect(another.output).toContain("You are no operator (any more), or are frozen. No money has moved.");
  const without = await run(credit(undefined));
  expect([without.code, without.output]).toEqual([
    EXIT.notDone,
    expect.not.stringContaining("money has moved"),
  ]);
});

it("nobody becomes an operator under a name that a merchant of before has", async () => {
  const [operator, person] = [await newPerson(test.owner, 0n, "operator"), await newPerson(test.owner, 0n)];
  const merchant = await newPerson(test.owner, 0n, "merchant");
  await test.owner`update users set name = 'Corner Bakery' where id = ${merchant.id}`;
  await test.owner`update users set name = 'Соrner  BAKERY' where id = ${person.id}`;
  const refused = await run({
    command: { name: "role", handle: person.handle, role: "operator", reason: "Helps" },
    as: operator.handle,
  });
  expect(refused).toEqual({ code: EXIT.notDone, output: expect.stringContaining("has this name") });
  expect(await findByHandle(person.handle)).toMatchObject({ role: "payer" });
});

describe.each([
  ["credit", 1_000n],
  ["debit", -1_000n],
] as const)("a %s that was made minutes ago", (direction, change) => {
  async function given() {
    const [operator, payer] = [
      await newPerson(test.owner, 0n, "operator"),
      await newPerson(test.owner, 5_000n),
    ];
    const line = (amount = "10", reason = "bank transfer 4711", ...more: string[]) =>
      parseCommandLine([
        direction,
        payer.handle,
        amount,
        "USD",
        "--reason",
        reason,
        "--as",
        operator.handle,
        ...more,
      ]);
    const timesMade = async () => ((await balanceOf(test.owner, payer.accountId)) - 5_000n) / change;
    return { operator, payer, line, timesMade };
  }

  it("is named and not made again, unless --again or somebody at the terminal says so", async () => {
    const { operator, line, timesMade } = await given();
    expect((await run(line())).code).toBe(EXIT.done);
    const [paid] = await test.owner<{ id: string; intent: string }[]>`
      select id, purpose_id as intent from payments where user_id = ${operator.id}`;
    const named = `payment ${paid?.id}, intent ${paid?.intent}`;
    const refused = await run(line());
    expect(refused).toEqual({ code: EXIT.notDone, output: expect.stringContaining(named) });
    expect(refused.output).toContain("No money has moved by this.");
    const asked: string[] = [];
    const answering = (answer: string) => async (question: string) => {
      asked.push(question);
      return answer;
    };
    for (const no of ["", "n", "no"]) expect((await run(line(), answering(no))).code).toBe(EXIT.notDone);
    expect(asked[0]).toContain(named);
    expect(await timesMade()).toBe(1n);
    expect((await run(line(), answering("yes"))).code).toBe(EXIT.done);
    expect((await run(line("10", "bank transfer 4711", "--again"))).code).toBe(EXIT.done);
    expect(await timesMade()).toBe(3n);
  });

  it("by another operator counts, and its own intent is that payment again", async () => {
    const { operator, line, timesMade } = await given();
    const intentId = randomUUID();
    expect((await run(line("10", "bank transfer 4711", "--intent", intentId))).code).toBe(EXIT.done);
    const other = await newPerson(test.owner, 0n, "operator");
    const refused = await run({ ...line(), as: other.handle });
    expect(refused.code).toBe(EXIT.notDone);
    expect(refused.output).toContain(`@${operator.handle}`);
    const again = await run(line("10", "bank transfer 4711", "--intent", intentId));
    expect(again).toEqual({ code: EXIT.done, output: expect.stringContaining("made before, and once") });
    expect(await timesMade()).toBe(1n);
  });

  it("is nothing to whatever differs in amount, reason, direction or account", async () => {
    const { line } = await given();
    const elsewhere = await given();
    expect((await run(line())).code).toBe(EXIT.done);
    const opposite = line();
    if (opposite.command.name === "credit" || opposite.command.name === "debit")
      opposite.command.name = direction === "credit" ? "debit" : "credit";
    for (const one of [line("10.01"), line("10", "bank transfer 4712"), opposite, elsewhere.line()])
      expect(await run(one)).toMatchObject({ code: EXIT.done });
  });

  it("and has no outcome yet is asked about, too, until it is known what became of it", async () => {
    const { operator, line, timesMade } = await given();
    const intentId = randomUUID();
    const key = await keyFor(operator.id, { kind: "funding", intentId });
    const refused = await run(line());
    expect(refused).toEqual({ code: EXIT.notDone, output: expect.stringContaining(`--intent ${intentId}`) });
    expect(await timesMade()).toBe(0n);
    // Long ago, or settled: nothing to be asked about.
    await test.owner`update idempotency_keys set expires_at = expires_at - interval '11 minutes' where key = ${key}`;
    expect((await run(line("11"))).code).toBe(EXIT.done);
  });

  it("and was refused leaves the next one alone", async () => {
    const { payer, line, timesMade } = await given();
    await test.owner`update ledger_accounts set closed_at = now() where id = ${payer.accountId}`;
    expect((await run(line())).code).toBe(EXIT.notDone);
    await test.owner`update ledger_accounts set closed_at = null where id = ${payer.accountId}`;
    expect(await run(line())).toMatchObject({ code: EXIT.done });
    expect(await timesMade()).toBe(1n);
  });

  it("cannot be looked up: nothing is done", async () => {
    const { line, timesMade } = await given();
    await test.owner`alter table idempotency_keys rename to idempotency_keys_away`;
    try {
      const refused = await run(line());
      expect(refused).toEqual({ code: EXIT.notDone, output: expect.stringContaining("cannot be looked up") });
    } finally {
      await test.owner`alter table idempotency_keys_away rename to idempotency_keys`;
    }
    expect(await timesMade()).toBe(0n);
  });
});
