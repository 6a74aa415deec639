/**
 * The database against its specification while several clients are at it at once. A history is right where one order of
 * its operations explains every answer (`db/testing/model/serial-order.ts`), and where nobody was ever told two things of a key.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { testDatabase } from "../testing/fixtures/database.ts";
import { findingsIn, newFindings } from "../testing/fixtures/findings.ts";
import { type Event, issuedKey, paymentsIn } from "../testing/model/history.ts";
import { step, worldPlan } from "../testing/model/program.ts";
import { Play } from "../testing/model/run-program.ts";
import { parameters, runsOf, withinOneDay } from "../testing/model/runs.ts";
import { findSerialOrder } from "../testing/model/serial-order.ts";
import { makeWorld, readBooks } from "../testing/model/world.ts";

const test = testDatabase();

const usual = runsOf(60);

/** Fails where two answers differ about one key: in its outcome to the last byte, or in whether there is one. */
function expectSameAnswers(events: readonly Event[]): void {
  const told = new Map<string, unknown>();
  const created = new Set<string>();
  for (const { operation, answer } of events) {
    for (const payment of paymentsIn(answer)) {
      const key = `${payment.userId} ${payment.id}`;
      expect(payment, key).toEqual(told.get(key) ?? payment);
      told.set(key, payment);
    }
    const key = issuedKey(answer);
    if (operation.type === "issue" && key !== undefined && (answer as { type: string }).type === "created") {
      expect(created.has(key), `${key} was issued twice`).toBe(false);
      created.add(key);
    }
  }
  for (const { operation, answer } of events) {
    if (operation.type === "revoke" && (answer as { state: string }).state === "void")
      expect(told.has(`${operation.userId} ${operation.key}`)).toBe(false);
    if (operation.type === "settle")
      for (const [n, { verdict }] of (answer as { verdict: string }[]).entries())
        if (verdict === "void")
          expect(told.has(`${operation.entries[n]?.userId} ${operation.entries[n]?.key}`)).toBe(false);
  }
}

it("clients at once: one order of what they did explains every answer and all books", {
  timeout: usual.timeout,
}, async () => {
  const clients = fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { minLength: 3, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(worldPlan, clients, (plan, programs) =>
      withinOneDay(async () => {
        const before = await findingsIn(test.owner);
        const world = await makeWorld(test.owner, plan);
        const start = await readBooks(test.owner, world);
        const play = new Play(world);
        // A statement that fails, of a deadlock or anything else, fails the property.
        await Promise.all(
          programs.map(async (program, client) => {
            for (const step of program) await play.step(client, step);
          }),
        );
        const end = await readBooks(test.owner, world);
        const serial = findSerialOrder(start, play.events, end);
        if (!serial.found) {
          throw new Error(
            `After ${serial.order.length} of ${play.events.length} operations nothing can follow:\n${serial.stuck.join("\n\n")}`,
          );
        }
        expectSameAnswers(play.events);
        expect(newFindings(before, await findingsIn(test.owner))).toEqual([]);
      }),
    ),
    // Shrinking would run another race. The history that failed says more.
    { ...parameters("clients at once", usual.runs), endOnFailure: true },
  );
});
