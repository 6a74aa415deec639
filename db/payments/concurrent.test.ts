/**
 * The database against its specification under concurrent clients: each history must be linearizable
 * (`db/testing/model/linearizability.ts`), and no two answers may contradict each other about a key.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { testDatabase } from "../testing/fixtures/database.ts";
import { findingsIn, newFindings } from "../testing/fixtures/findings.ts";
import { type HistoryEvent, issuedKey, paymentsIn } from "../testing/model/history.ts";
import { checkLinearizability } from "../testing/model/linearizability.ts";
import { scenarioPlan, step } from "../testing/model/program.ts";
import { ProgramRunner } from "../testing/model/program-runner.ts";
import { parameters, runsOf, withinOneDay } from "../testing/model/runs.ts";
import { createScenario, readBooks } from "../testing/model/scenario.ts";

const test = testDatabase();

const usual = runsOf(60);

/** Fails where two answers differ about one key: in its outcome to the last byte, or in whether there is one. */
function expectSameAnswers(events: readonly HistoryEvent[]): void {
  const outcomes = new Map<string, unknown>();
  const created = new Set<string>();
  for (const { operation, answer } of events) {
    for (const payment of paymentsIn(answer)) {
      const key = `${payment.userId} ${payment.id}`;
      expect(payment, key).toEqual(outcomes.get(key) ?? payment);
      outcomes.set(key, payment);
    }
    const key = issuedKey(answer);
    if (operation.type === "issue" && key !== undefined && (answer as { type: string }).type === "created") {
      expect(created.has(key), `${key} was issued twice`).toBe(false);
      created.add(key);
    }
  }
  for (const { operation, answer } of events) {
    if (operation.type === "revoke" && (answer as { state: string }).state === "void")
      expect(outcomes.has(`${operation.userId} ${operation.key}`)).toBe(false);
    if (operation.type === "settle")
      for (const [n, { verdict }] of (answer as { verdict: string }[]).entries())
        if (verdict === "void")
          expect(outcomes.has(`${operation.entries[n]?.userId} ${operation.entries[n]?.key}`)).toBe(false);
  }
}

it("clients at once: one order of what they did explains every answer and all books", {
  timeout: usual.timeout,
}, async () => {
  const clients = fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { minLength: 3, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(scenarioPlan, clients, (plan, programs) =>
      withinOneDay(async () => {
        const before = await findingsIn(test.owner);
        const scenario = await createScenario(test.owner, plan);
        const start = await readBooks(test.owner, scenario);
        const runner = new ProgramRunner(scenario);
        // A statement that fails, of a deadlock or anything else, fails the property.
        await Promise.all(
          programs.map(async (program, client) => {
            for (const step of program) await runner.step(client, step);
          }),
        );
        const end = await readBooks(test.owner, scenario);
        const linearization = checkLinearizability(start, runner.events, end);
        if (!linearization.isLinearizable) {
          throw new Error(
            `After ${linearization.order.length} of ${runner.events.length} operations nothing can follow:\n${linearization.conflicts.join("\n\n")}`,
          );
        }
        expectSameAnswers(runner.events);
        expect(newFindings(before, await findingsIn(test.owner))).toEqual([]);
      }),
    ),
    // Shrinking would run another race. The history that failed says more.
    { ...parameters("clients at once", usual.runs), endOnFailure: true },
  );
});
