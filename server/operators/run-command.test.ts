/** What the commands say is so: also to whoever asks again after something changed. */
import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { findByHandle } from "@/db/identity/users";
import { fund } from "@/db/payments/funding";
import { testDatabase } from "@/db/testing/fixtures/database";
import { newPerson } from "@/db/testing/fixtures/people";
import type { CommandLine } from "./command-line.ts";
import { EXIT } from "./exit-codes.ts";
import { runCommand } from "./run-command.ts";

const test = testDatabase();

async function run(commandLine: CommandLine): Promise<{ code: number; output: string }> {
  const said: string[] = [];
  const say = (text: string) => said.push(text);
  const code = await runCommand(commandLine, { say, complain: say, ask: undefined });
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
