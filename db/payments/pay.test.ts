/** One deadline from the request to the outcome: it includes what is done before settling. */
import { randomUUID } from "node:crypto";
import { expect, it, vi } from "vitest";
import { DEADLINE_MS, READ_DEADLINE_MS } from "../execution/deadline.ts";
import * as unknown from "../execution/until-known.ts";
import { issueKey } from "../idempotency/issue.ts";
import { revokeKey } from "../idempotency/revoke.ts";
import { keyState } from "../idempotency/state.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import { holding } from "../testing/fixtures/hold-lock.ts";
import { keyFor, newOrder, newPerson } from "../testing/fixtures/people.ts";
import { pay } from "./pay.ts";
import * as settling from "./settle.ts";

vi.mock("./settle.ts", { spy: true });
vi.mock("../execution/until-known.ts", { spy: true });

const test = testDatabase();

/** Runs `work`, which reads orders first, while nobody can; how long that took before orders could be read. */
async function slowedDown(work: () => Promise<unknown>): Promise<number> {
  const { working, slowMs } = await holding(
    test.owner,
    "lock table orders in access exclusive mode",
    async (held) => {
      const startedMs = performance.now();
      const working = work();
      await held.waiting(1);
      return { working, slowMs: performance.now() - startedMs };
    },
  );
  await working;
  return slowMs;
}

it("settling has what resolving left of it", async () => {
  const [payer, merchant] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n, "merchant")];
  const { purpose, command } = await newOrder(merchant, "10");
  const key = await keyFor(payer.id, purpose);
  vi.mocked(settling.settle).mockClear();
  const slowMs = await slowedDown(() => pay(payer.id, key, command));
  const [[, deadlineMs] = []] = vi.mocked(settling.settle).mock.calls;
  expect(slowMs).toBeGreaterThan(0);
  expect(deadlineMs).toBeLessThanOrEqual(DEADLINE_MS - slowMs);
});

it("a key's statement leaves time for the reads around it", async () => {
  const [payer, merchant] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n, "merchant")];
  const { purpose } = await newOrder(merchant, "10");
  // What is issued already is issued alone.
  await keyFor(payer.id, purpose);
  const deadlines = () =>
    vi.mocked(unknown.untilKnown).mock.calls.map(([, , options]) => options?.deadlineMs);
  vi.mocked(unknown.untilKnown).mockClear();
  const slowMs = await slowedDown(() => issueKey(payer.id, purpose));
  expect(deadlines()[0]).toBeLessThanOrEqual(DEADLINE_MS - READ_DEADLINE_MS - slowMs);
  const key = randomUUID();
  await keyState(payer.id, key);
  await revokeKey(payer.id, key);
  expect(deadlines().slice(1)).toEqual(Array(2).fill(DEADLINE_MS - READ_DEADLINE_MS));
});
