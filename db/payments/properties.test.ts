/** The database against its specification: generated worlds and programs, and a model that says what is right. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { testDatabase } from "../testing/fixtures/database.ts";
import { findingsIn, newFindings } from "../testing/fixtures/findings.ts";
import { replayOn, written } from "../testing/model/history.ts";
import { step, worldPlan } from "../testing/model/program.ts";
import { Play } from "../testing/model/run-program.ts";
import { parameters, runsOf, withinOneDay } from "../testing/model/runs.ts";
import { makeWorld, readBooks } from "../testing/model/world.ts";

const test = testDatabase();

const sequential = runsOf(60);

it("one step after another, every answer and all books are what the model says", {
  timeout: sequential.timeout,
}, async () => {
  const program = fc.array(step, { minLength: 3, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(worldPlan, program, (plan, steps) =>
      withinOneDay(async () => {
        const before = await findingsIn(test.owner);
        const world = await makeWorld(test.owner, plan);
        const model = await readBooks(test.owner, world);
        const play = new Play(world);
        for (const step of steps) {
          const played = play.events.length;
          await play.step(0, step);
          for (const event of play.events.slice(played)) {
            expect(written(event.answer), written(event.operation)).toBe(written(replayOn(model, event)));
          }
        }
        expect(written(await readBooks(test.owner, world))).toBe(written(model));
        expect(newFindings(before, await findingsIn(test.owner))).toEqual([]);
      }),
    ),
    parameters("one step after another", sequential.runs),
  );
});
