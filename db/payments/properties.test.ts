/** The database against its specification: generated scenarios and programs, compared with the reference model. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { testDatabase } from "../testing/fixtures/database.ts";
import { findingsIn, newFindings } from "../testing/fixtures/findings.ts";
import { canonicalJson, replayOn } from "../testing/model/history.ts";
import { scenarioPlan, step } from "../testing/model/program.ts";
import { ProgramRunner } from "../testing/model/program-runner.ts";
import { parameters, runsOf, withinOneDay } from "../testing/model/runs.ts";
import { createScenario, readBooks } from "../testing/model/scenario.ts";

const test = testDatabase();

const sequential = runsOf(60);

it("one step after another, every answer and all books are what the model says", {
  timeout: sequential.timeout,
}, async () => {
  const program = fc.array(step, { minLength: 3, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(scenarioPlan, program, (plan, steps) =>
      withinOneDay(async () => {
        const before = await findingsIn(test.owner);
        const scenario = await createScenario(test.owner, plan);
        const model = await readBooks(test.owner, scenario);
        const runner = new ProgramRunner(scenario);
        for (const step of steps) {
          const seen = runner.events.length;
          await runner.step(0, step);
          for (const event of runner.events.slice(seen)) {
            expect(canonicalJson(event.answer), canonicalJson(event.operation)).toBe(
              canonicalJson(replayOn(model, event)),
            );
          }
        }
        expect(canonicalJson(await readBooks(test.owner, scenario))).toBe(canonicalJson(model));
        expect(newFindings(before, await findingsIn(test.owner))).toEqual([]);
      }),
    ),
    parameters("one step after another", sequential.runs),
  );
});
