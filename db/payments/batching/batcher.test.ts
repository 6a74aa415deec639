/** What the batcher decides, with statements and time in the test's hands. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OutcomeUnknown } from "../../execution/until-known.ts";
import { parameters, runsOf } from "../../testing/model/runs.ts";
import { Batcher } from "./batcher.ts";
import { PaymentInProgress, Unavailable } from "./pending-entry.ts";

type Entry = { id: string };

const LIMITS = { batchMax: 4, inFlightMax: 2, queueMax: 8, resubmissionsMax: 2 };
const PATIENCE_MS = 1_000;
const LOCK_TIMEOUT = new Error("lock timeout");

/** "X 1" needs the lock "X", "P+M 1" two of them; "a" has one of its own. */
const locksOf = (id: string) => (id.split(" ")[0] ?? "").split("+");

/** A batcher whose statements end when, and as, the test says, on a clock that the test moves. */
function harness(limits = LIMITS) {
  let nowMs = 0;
  const timers = new Set<{ atMs: number; callback: () => void }>();
  /** What an entry that is sent singly is sent with. */
  type Options = { deadlineMs: number; failedBefore: unknown };
  type Sent = { ids: string[]; single?: Options; end(answer?: unknown): void; fail(error?: unknown): void };
  const running: Sent[] = [];
  const sent: string[][] = [];
  /** Batch by batch, whether it was to wait longer for locks. */
  const sentPatiently: boolean[] = [];
  /** Of each batch that failed. */
  const failures: { error: unknown; size: number }[] = [];
  const most = { inFlight: 0, singles: 0 };
  /** What is to happen at the end of a turn that the test prolongs. */
  let endOfTurn: (() => void)[] | undefined;

  function send<T>(ids: string[], answer: T, single?: Options): Promise<T> {
    sent.push(ids);
    return new Promise<T>((resolve, reject) => {
      const one: Sent = {
        ids,
        ...(single ? { single } : {}),
        end(other) {
          running.splice(running.indexOf(one), 1);
          resolve((other as T | undefined) ?? answer);
        },
        fail(error = new Error("lost")) {
          running.splice(running.indexOf(one), 1);
          reject(error);
        },
      };
      running.push(one);
      most.inFlight = Math.max(most.inFlight, running.filter((other) => !other.single).length);
      most.singles = Math.max(most.singles, running.filter((other) => other.single).length);
    });
  }

  const batcher = new Batcher<Entry, string>(
    {
      identityOf: (entry) => entry.id,
      contendsOn: (entry) => locksOf(entry.id),
      isLockTimeout: (error) => error === LOCK_TIMEOUT,
      sendBatch: (entries, areStatementsSlow) => {
        sentPatiently.push(areStatementsSlow);
        const ids = entries.map((entry) => entry.id);
        return send(
          ids,
          ids.map((id) => `did ${id}`),
        );
      },
      sendSingly: (entry, deadlineMs, failedBefore) =>
        send([entry.id], `did ${entry.id} singly`, { deadlineMs, failedBefore }),
      onBatchFailed: (error, size) => failures.push({ error, size }),
      asReplay: (answer) => `${answer} before`,
      nowMs: () => nowMs,
      after(ms, callback) {
        const timer = { atMs: nowMs + ms, callback };
        timers.add(timer);
        return () => timers.delete(timer);
      },
      defer: (callback) => (endOfTurn ? endOfTurn.push(callback) : callback()),
    },
    limits,
  );

  /** The first statement that runs ends, or fails, and whatever is ready goes on. */
  const end = (answer?: unknown) => {
    running[0]?.end(answer);
    return settleDown();
  };
  const fail = (error?: unknown) => {
    running[0]?.fail(error);
    return settleDown();
  };
  /** One after another, until none runs. */
  const endAll = async () => {
    while (running.length > 0) await end();
  };

  return {
    batcher,
    running,
    /** What every statement carried, in the order they were sent. */
    sent,
    sentPatiently,
    most,
    failures,
    timers,
    end,
    fail,
    endAll,
    submit: (id: string, deadlineMs = PATIENCE_MS) => batcher.submit({ id }, deadlineMs),
    /** All that `work` submits comes in one turn of the event loop. */
    inOneTurn<T>(work: () => T): T {
      const callbacks: (() => void)[] = [];
      endOfTurn = callbacks;
      const result = work();
      endOfTurn = undefined;
      for (const callback of callbacks) callback();
      return result;
    },
    /** Moves the clock, and rings what is due. */
    pass(ms: number) {
      nowMs += ms;
      for (const timer of [...timers]) {
        if (timer.atMs > nowMs) continue;
        timers.delete(timer);
        timer.callback();
      }
    },
  };
}

/** Lets everything that is ready go on. */
const settleDown = () => new Promise((resolve) => setImmediate(resolve));

describe("a batch", () => {
  it("is one alone, at once; what comes meanwhile gathers and goes together, in order", async () => {
    const { submit, running, sent, end } = harness({ ...LIMITS, inFlightMax: 1 });
    const answers = ["a", "b", "c", "d", "e", "f"].map((id) => submit(id));
    expect(sent).toEqual([["a"]]);
    await end();
    expect(sent).toEqual([["a"], ["b", "c", "d", "e"]]);
    await end();
    running[0]?.end();
    expect(await Promise.all(answers)).toEqual(["a", "b", "c", "d", "e", "f"].map((id) => `did ${id}`));
    expect(sent).toEqual([["a"], ["b", "c", "d", "e"], ["f"]]);
  });

  it("takes all who come in one turn of the event loop, and waits no longer than that", async () => {
    const { running, submit, inOneTurn, sent } = harness();
    const answers = inOneTurn(() => ["a", "b", "c"].map((id) => submit(id)));
    expect(sent).toEqual([["a", "b", "c"]]);
    answers.push(submit("d"));
    expect(sent).toEqual([["a", "b", "c"], ["d"]]);
    for (const one of [...running]) one.end();
    expect(await Promise.all(answers)).toEqual(["did a", "did b", "did c", "did d"]);
  });

  it("that fails is sent entry by entry, a few at once, and the next batch once one has got through", async () => {
    const { submit, running, sent, most, failures, fail, end, endAll } = harness({
      ...LIMITS,
      inFlightMax: 1,
    });
    const first = submit("a");
    const answers = ["b", "c", "d", "e"].map((id) => submit(id));
    running[0]?.end();
    await first;
    await settleDown();
    const lost = new Error("lost");
    await fail(lost);
    expect(failures).toEqual([{ error: lost, size: 4 }]);
    const next = submit("f");
    expect(sent.slice(2)).toEqual([["b"], ["c"]]);
    await end();
    expect(sent.slice(4)).toEqual([["f"], ["d"]]);
    await endAll();
    expect(await Promise.all(answers)).toEqual(["b", "c", "d", "e"].map((id) => `did ${id} singly`));
    expect(await next).toBe("did f");
    expect(most.singles).toBe(LIMITS.resubmissionsMax);
  });

  it("with one poisoned entry fails for that one alone", async () => {
    const { submit, running, fail } = harness({ ...LIMITS, inFlightMax: 1 });
    const first = submit("a");
    const healthy = submit("b");
    const poisoned = submit("p");
    running[0]?.end();
    await first;
    await settleDown();
    await fail();
    running.find((one) => one.ids[0] === "p")?.fail(new Error("poison"));
    running.find((one) => one.ids[0] === "b")?.end();
    await expect(poisoned).rejects.toThrow("poison");
    expect(await healthy).toBe("did b singly");
  });
});

it("a batch that answers fewer entries than it has: the others are sent singly", async () => {
  const { submit, inOneTurn, running, sent } = harness();
  const answers = inOneTurn(() => ["a", "b", "c"].map((id) => submit(id)));
  running[0]?.end(["did a"]);
  expect(await answers[0]).toBe("did a");
  await settleDown();
  expect(sent.slice(1)).toEqual([["b"], ["c"]]);
  for (const one of [...running]) one.end();
  expect(await Promise.all(answers)).toEqual(["did a", "did b singly", "did c singly"]);
});

describe("the resubmission of a failed batch", () => {
  /** A batch of `ids` that has just failed; two of them are on their way again, the others wait. */
  async function failed(ids: string[], limits: Partial<typeof LIMITS> = {}, patience = PATIENCE_MS) {
    const one = harness({ ...LIMITS, inFlightMax: 1, ...limits });
    const before = one.submit("before");
    const answers = ids.map((id) => one.submit(id, patience));
    one.running[0]?.end();
    await before;
    await settleDown();
    await one.fail();
    return { ...one, answers };
  }

  it("counts against the bound, as whatever waits does", async () => {
    const { answers, submit, endAll } = await failed(["a", "b", "c", "d"], { queueMax: 4 });
    const more = ["e", "f"].map((id) => submit(id));
    // c and d wait to be resubmitted, e and f for a batch.
    await expect(submit("h")).rejects.toThrow(Unavailable);
    await endAll();
    expect(await Promise.all([...answers, ...more])).toHaveLength(6);
  });

  it("sends two entries of a lock at once, and lets the others pass", async () => {
    const one = await failed(["X 1", "X 2", "X 3", "b"], { resubmissionsMax: 4 });
    expect(one.sent.slice(2)).toEqual([["X 1"], ["X 2"], ["b"]]);
    one.running.find(({ ids }) => ids[0] === "X 1")?.end();
    await settleDown();
    expect(one.sent.slice(5)).toEqual([["X 3"]]);
  });

  it("holds new entries back that need a lock on which a batch timed out, until somebody has got it", async () => {
    const one = harness({ ...LIMITS, inFlightMax: 1 });
    const stalled = one.inOneTurn(() => ["X 1", "X 2"].map((id) => one.submit(id)));
    await one.fail(LOCK_TIMEOUT);
    const held = [one.submit("X 3"), one.submit("X 4")];
    const other = one.submit("b");
    // b's batch goes without them.
    expect(one.sent).toEqual([["X 1", "X 2"], ["X 1"], ["X 2"], ["b"]]);
    one.running.find(({ single }) => !single)?.end();
    await other;
    expect(one.sent).toHaveLength(4);
    one.running[0]?.end();
    await stalled[0];
    await settleDown();
    expect(one.sent.at(-1)).toEqual(["X 3", "X 4"]);
    for (const running of [...one.running]) running.end();
    await Promise.all([...stalled, ...held]);
  });

  it("tries by one more entry whether a lock is free, where the first may wait for its other lock", async () => {
    const one = harness({ ...LIMITS, inFlightMax: 1 });
    const stalled = one.submit("P+M 1");
    await one.fail(LOCK_TIMEOUT);
    const answers = [one.submit("A+M 2"), one.submit("B+M 3"), one.submit("P+N 4")];
    // Never in a batch, it is sent as if for the first time; the third is kept back, and so is the payer's other one.
    expect(one.sent.slice(1)).toEqual([["P+M 1"], ["A+M 2"]]);
    expect(one.running[1]?.single).toEqual({ deadlineMs: PATIENCE_MS, failedBefore: undefined });
    one.running[1]?.end();
    await answers[0];
    await settleDown();
    // The merchant's lock is free, and only the payer's is suspect.
    expect(one.sent.slice(3)).toEqual([["P+N 4"], ["B+M 3"]]);
    for (const running of [...one.running]) running.end();
    await Promise.all([stalled, ...answers]);
  });

  it("holds nobody back for a lock that nothing resubmitted waits for any more", async () => {
    const one = harness({ ...LIMITS, inFlightMax: 1, resubmissionsMax: 1 });
    const stalled = one.submit("X 1", PATIENCE_MS);
    await one.fail(LOCK_TIMEOUT);
    const held = ["X 2", "X 3"].map((id) => one.submit(id, 3 * PATIENCE_MS));
    one.pass(PATIENCE_MS);
    await expect(stalled).rejects.toThrow(OutcomeUnknown);
    await one.fail(new OutcomeUnknown("still locked"));
    expect(one.sent.at(-1)).toEqual(["X 2", "X 3"]);
    one.running[0]?.end();
    await Promise.all(held);
  });

  it("suspects no lock where a batch failed for another reason", async () => {
    const one = await failed(["X 1", "X 2"]);
    const next = one.submit("X 3");
    await one.end();
    // X 2 is still being sent.
    expect(one.sent.slice(2)).toEqual([["X 1"], ["X 2"], ["X 3"]]);
    for (const running of [...one.running]) running.end();
    await Promise.all([...one.answers, next]);
  });

  it("holds all batches back as long as nothing gets through: what waits for one is not in doubt", async () => {
    const { batcher, submit, running, answers, fail } = await failed(["a", "b", "c"]);
    const waiting = submit("d");
    const outcomes = Promise.allSettled([waiting, ...answers]);
    for (const _ of answers) {
      expect(batcher.load).toMatchObject({ queued: 1, batchesInFlight: 0 });
      await fail(new OutcomeUnknown("the database is away"));
    }
    // Nobody is left to find out: the next batch does.
    expect(running.map(({ ids, single }) => ({ ids, single }))).toEqual([{ ids: ["d"], single: undefined }]);
    running[0]?.end();
    expect((await outcomes).map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "rejected",
      "rejected",
    ]);
  });

  it("holds back what needs a lock until one has got it, not until the first has tried", async () => {
    const one = harness({ ...LIMITS, inFlightMax: 1 });
    const stalled = one.inOneTurn(() => ["X 1", "X 2", "X 3"].map((id) => one.submit(id)));
    await one.fail(LOCK_TIMEOUT);
    const held = one.submit("X 4");
    one.running[0]?.fail(new OutcomeUnknown("still locked"));
    await expect(stalled[0]).rejects.toThrow(OutcomeUnknown);
    expect(one.sent.slice(1)).toEqual([["X 1"], ["X 2"], ["X 3"]]);
    one.running[0]?.end();
    await stalled[1];
    await settleDown();
    // The third is still being sent; the lock is free, as far as anybody knows.
    expect(one.sent.slice(4)).toEqual([["X 4"]]);
    for (const running of [...one.running]) running.end();
    await Promise.all([stalled[2], held]);
  });

  it("lets go, as soon as they may, what was held back for somebody who gave up", async () => {
    const one = harness({ ...LIMITS, inFlightMax: 1, resubmissionsMax: 1 });
    const stalled = one.inOneTurn(() => [one.submit("X 1", 2 * PATIENCE_MS), one.submit("Y 1")]);
    await one.fail(LOCK_TIMEOUT);
    const held = one.submit("Y 2", 2 * PATIENCE_MS);
    // There is no room to try whether Y is free.
    expect(one.sent.slice(1)).toEqual([["X 1"]]);
    one.pass(PATIENCE_MS);
    await expect(stalled[1]).rejects.toThrow(OutcomeUnknown);
    expect(one.sent.slice(2)).toEqual([["Y 2"]]);
    for (const running of [...one.running]) running.end();
    await Promise.all([stalled[0], held]);
  });

  it("sends with the time that the most patient has left, and with what the batch failed of", async () => {
    const { submit, running, pass, fail } = harness();
    const answers = [submit("a", PATIENCE_MS), submit("a", 2 * PATIENCE_MS), submit("a", PATIENCE_MS)];
    pass(PATIENCE_MS / 2);
    const failedBefore = new Error("lost");
    await fail(failedBefore);
    expect(running[0]?.single).toEqual({ deadlineMs: 1.5 * PATIENCE_MS, failedBefore });
    running[0]?.end();
    await Promise.all(answers);
  });

  it("gives whoever joins while an entry is sent their own time: it is sent again where the time it had is over", async () => {
    const { submit, running, pass, fail } = harness();
    const first = submit("a");
    await fail();
    pass(PATIENCE_MS / 2);
    const second = submit("a");
    pass(PATIENCE_MS / 2);
    await expect(first).rejects.toThrow(OutcomeUnknown);
    const failedBefore = new OutcomeUnknown("its time is over");
    await fail(failedBefore);
    expect(running[0]?.single).toEqual({ deadlineMs: PATIENCE_MS / 2, failedBefore });
    const third = submit("a", 2 * PATIENCE_MS);
    // Where it failed before its time was over, more time would not help.
    running[0]?.fail(new Error("a bug"));
    for (const answer of [second, third]) await expect(answer).rejects.toThrow("a bug");
    expect(running).toEqual([]);
  });

  it("does not send again what nobody waits for any more", async () => {
    const { batcher, submit, running, pass, fail } = harness();
    const answers = [submit("a")];
    await fail();
    pass(PATIENCE_MS / 2);
    answers.push(submit("a"));
    const outcomes = Promise.allSettled(answers);
    pass(PATIENCE_MS);
    pass(PATIENCE_MS);
    running[0]?.fail(new OutcomeUnknown("its time is over"));
    await batcher.drain();
    expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(running).toEqual([]);
  });

  it("takes however many wait for one entry", async () => {
    const { submit, running, fail } = harness();
    const answers = Array.from({ length: 200_000 }, () => submit("a"));
    await fail();
    running[0]?.end();
    expect(await Promise.all(answers)).toHaveLength(200_000);
  });

  it("drops who gave up in it, and says that the outcome is unknown; who waits is not behind it", async () => {
    const { submit, answers, running, sent, pass, end } = await failed(["a", "b", "c"]);
    const patient = submit("c", 3 * PATIENCE_MS);
    pass(PATIENCE_MS);
    for (const answer of answers) await expect(answer).rejects.toThrow(OutcomeUnknown);
    await end();
    expect(sent.at(-1)).toEqual(["c"]);
    running.find((one) => one.ids[0] === "c")?.end();
    expect(await patient).toBe("did c singly before");
    const {
      answers: late,
      sent: sentThen,
      running: runningThen,
      pass: passThen,
    } = await failed(["a", "b", "c"]);
    passThen(PATIENCE_MS);
    for (const answer of late) await expect(answer).rejects.toThrow(OutcomeUnknown);
    runningThen[0]?.end();
    await settleDown();
    expect(sentThen.slice(2)).toEqual([["a"], ["b"]]);
  });

  it("lets tens of thousands go at once that nobody waits for any more", async () => {
    const count = 50_000;
    const { batcher, submit, running, sent, pass } = harness({
      batchMax: count,
      inFlightMax: 1,
      queueMax: count,
      resubmissionsMax: 2,
    });
    const first = submit("first", 2 * PATIENCE_MS);
    const answers = Array.from({ length: count }, (_, n) => submit(`late ${n}`));
    const outcomes = Promise.allSettled(answers);
    running[0]?.end();
    await first;
    await settleDown();
    pass(PATIENCE_MS);
    running[0]?.fail();
    await batcher.drain();
    expect((await outcomes).every((one) => one.status === "rejected")).toBe(true);
    expect(sent).toHaveLength(2);
  });
});

describe("where statements are slow", () => {
  /** A batcher whose last statement took so long that the next batch goes alone, and patiently. */
  async function slow(limits: Partial<typeof LIMITS> = {}) {
    const one = harness({ ...LIMITS, ...limits });
    const before = one.submit("before");
    one.pass(200);
    await one.end();
    await before;
    return one;
  }

  it("one batch goes at a time, and waits longer for its locks, until one is fast again", async () => {
    const { submit, running, sent, sentPatiently, pass, end } = await slow();
    const answers = [submit("a"), submit("b")];
    expect(sent.slice(1)).toEqual([["a"]]);
    pass(199);
    await end();
    answers.push(submit("c"));
    expect(sent.slice(2)).toEqual([["b"], ["c"]]);
    expect(sentPatiently).toEqual([false, true, false, false]);
    for (const one of [...running]) one.end();
    await Promise.all(answers);
  });

  it("those whose batch timed out on a lock go in a batch again, before others, once one of them got through", async () => {
    const one = await slow();
    const answers = one.inOneTurn(() => ["X 1", "X 2", "X 3", "X 4"].map((id) => one.submit(id, 5_000)));
    await one.fail(LOCK_TIMEOUT);
    answers.push(one.submit("b", 5_000));
    one.running.find(({ ids }) => ids[0] === "b")?.end();
    await settleDown();
    answers.push(one.submit("X 5", 5_000));
    expect(one.sent.slice(2)).toEqual([["X 1"], ["X 2"], ["b"]]);
    one.pass(200);
    await one.end();
    expect(one.sent.slice(5)).toEqual([["X 3", "X 4", "X 5"]]);
    await one.endAll();
    expect(await Promise.all(answers)).toEqual([
      "did X 1 singly",
      "did X 2 singly",
      "did X 3",
      "did X 4",
      "did b",
      "did X 5",
    ]);
  });

  it("of those only the ones go in a batch again that needed what has got through, and each once: a stranger may hold a lock of one", async () => {
    const one = await slow();
    const answers = one.inOneTurn(() => ["X 1", "X 2", "X+S 3", "Y 4"].map((id) => one.submit(id, 5_000)));
    await one.fail(LOCK_TIMEOUT);
    one.pass(200);
    await one.end();
    expect(one.sent.slice(2)).toEqual([["X 1"], ["X 2"], ["X+S 3"], ["Y 4"]]);
    const again = one.running.find(({ ids }) => ids[0] === "X+S 3");
    expect(again?.single).toBeUndefined();
    again?.fail(LOCK_TIMEOUT);
    await settleDown();
    one.pass(200);
    await one.end();
    expect(one.sent.slice(6)).toEqual([["X+S 3"]]);
    expect(one.running.find(({ ids }) => ids[0] === "X+S 3")?.single).toBeDefined();
    await one.endAll();
    await Promise.all(answers);
  });

  it("those of a batch that was lost go one by one all the same", async () => {
    const one = await slow();
    const answers = one.inOneTurn(() => ["a", "b", "c"].map((id) => one.submit(id, 5_000)));
    await one.fail();
    one.pass(200);
    await one.end();
    expect(one.sent.slice(2)).toEqual([["a"], ["b"], ["c"]]);
    await one.endAll();
    await Promise.all(answers);
  });
});

describe("the same request again", () => {
  it("shares one execution, and gets the same answer as a replay", async () => {
    const { submit, running, sent } = harness();
    const answers = [submit("a"), submit("a"), submit("a")];
    running[0]?.end();
    expect(await Promise.all(answers)).toEqual(["did a", "did a before", "did a before"]);
    expect(sent).toEqual([["a"]]);
  });

  it("after the statement has ended is sent again", async () => {
    const { submit, running, sent } = harness();
    const first = submit("a");
    running[0]?.end();
    await first;
    const second = submit("a");
    running[0]?.end();
    expect(await second).toBe("did a");
    expect(sent).toEqual([["a"], ["a"]]);
  });

  it("waits no longer than its own deadline, and its error says which of the two it is", async () => {
    const { submit, running, pass } = harness();
    const first = submit("a", PATIENCE_MS);
    const second = submit("a", PATIENCE_MS / 2);
    pass(PATIENCE_MS / 2);
    await expect(second).rejects.toThrow(PaymentInProgress);
    pass(PATIENCE_MS / 2);
    await expect(first).rejects.toThrow(OutcomeUnknown);
    const third = submit("a");
    running[0]?.end();
    // The execution that both gave up on is still the one there is.
    expect(await third).toBe("did a before");
  });
});

describe("a full queue", () => {
  it("tells the next one at once, and takes duplicates of those who wait", async () => {
    const { submit, sent, endAll } = harness({ ...LIMITS, inFlightMax: 1, queueMax: 2 });
    const taken = ["a", "b", "c"].map((id) => submit(id));
    await expect(submit("d")).rejects.toThrow(Unavailable);
    const again = submit("c");
    await endAll();
    expect(await Promise.all([...taken, again])).toEqual(["did a", "did b", "did c", "did c before"]);
    expect(sent.flat()).not.toContain("d");
  });

  it("takes out who waited too long, before it says so: it is never sent", async () => {
    const { submit, running, sent, pass } = harness({ ...LIMITS, inFlightMax: 1 });
    const first = submit("a", 2 * PATIENCE_MS);
    const late = submit("b");
    pass(PATIENCE_MS);
    await expect(late).rejects.toThrow(Unavailable);
    running[0]?.end();
    await first;
    await settleDown();
    expect(sent).toEqual([["a"]]);
  });

  it("keeps an entry for as long as one of those who ask waits", async () => {
    const { submit, running, pass } = harness({ ...LIMITS, inFlightMax: 1 });
    const first = submit("a", 3 * PATIENCE_MS);
    const impatient = submit("b", PATIENCE_MS);
    const patient = submit("b", 2 * PATIENCE_MS);
    pass(PATIENCE_MS);
    await expect(impatient).rejects.toThrow(OutcomeUnknown);
    running[0]?.end();
    await first;
    await settleDown();
    running[0]?.end();
    expect(await patient).toBe("did b before");
  });
});

describe("drained", () => {
  it("ends when everybody has an answer", async () => {
    const { batcher, submit, running } = harness();
    const events: string[] = [];
    const answer = submit("a").then(() => events.push("answer"));
    const drained = batcher.drain().then(() => events.push("drained"));
    running[0]?.end();
    await Promise.all([answer, drained]);
    expect(events).toEqual(["answer", "drained"]);
  });

  it("it takes nothing new and ends when everybody has their answer", async () => {
    const { batcher, submit, running, fail, end } = harness({ ...LIMITS, inFlightMax: 1 });
    const answers = ["a", "b"].map((id) => submit(id));
    let isDrained = false;
    const drained = batcher.drain().then(() => {
      isDrained = true;
    });
    await expect(submit("c")).rejects.toThrow(Unavailable);
    await end();
    expect(isDrained).toBe(false);
    await fail();
    expect(isDrained).toBe(false);
    running[0]?.end();
    await drained;
    expect(await Promise.all(answers)).toEqual(["did a", "did b singly"]);
  });
});

describe("whatever happens in whatever order", () => {
  const { runs, timeout } = runsOf(300);
  const { batchMax, inFlightMax, queueMax, resubmissionsMax } = LIMITS;
  /** Enough to fill both queues; fast-check alone would make ten of "at most 120". */
  const STEPS_MAX = 120;
  const step = fc.oneof(
    fc.record({
      type: fc.constant("submit" as const),
      // Some need a lock that others need, too.
      id: fc.constantFrom(..."abcdefghijklmnop", "X 1", "X 2", "X 3", "X 4", "X+Y 1", "X+Y 2", "Y 3", "Y 4"),
      deadlineMs: fc.constantFrom(10, 100, 1_000),
    }),
    fc.record({ type: fc.constant("end" as const), which: fc.nat(9) }),
    fc.record({ type: fc.constant("fail" as const), which: fc.nat(9) }),
    fc.record({ type: fc.constant("lock timeout" as const), which: fc.nat(9) }),
    fc.record({ type: fc.constant("pass" as const), ms: fc.constantFrom(5, 50, 500) }),
  );

  it(
    "everybody gets one answer, limits hold, nothing runs twice at once, and nothing is left",
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: STEPS_MAX, size: "max" }), async (steps) => {
          const { batcher, submit, running, most, timers, pass, endAll } = harness();
          const answers: Promise<unknown>[] = [];
          for (const next of steps) {
            if (next.type === "submit") {
              const answer = submit(next.id, next.deadlineMs);
              answers.push(
                answer.then(
                  (answer) =>
                    expect(answer).toMatch(
                      new RegExp(`^did ${next.id.replace("+", "\\+")}( singly)?( before)?$`),
                    ),
                  (error: unknown) =>
                    expect([OutcomeUnknown, PaymentInProgress, Unavailable, Error]).toContain(
                      (error as Error).constructor,
                    ),
                ),
              );
            } else if (next.type === "pass") pass(next.ms);
            else {
              const one = running[next.which % Math.max(1, running.length)];
              if (next.type === "end") one?.end();
              else one?.fail(next.type === "lock timeout" ? LOCK_TIMEOUT : undefined);
            }
            await settleDown();
            const ids = running.flatMap((one) => one.ids);
            expect(new Set(ids).size).toBe(ids.length);
            const locks = running.flatMap((one) => (one.single ? one.ids.flatMap(locksOf) : []));
            for (const lock of locks)
              expect(locks.filter((other) => other === lock).length).toBeLessThanOrEqual(2);
            // What waits is bounded, but for batches that failed: those had been taken already.
            const { queued, resubmitting } = batcher.load;
            expect(queued + resubmitting).toBeLessThanOrEqual(queueMax + inFlightMax * batchMax);
          }
          const drained = batcher.drain();
          await endAll();
          await drained;
          await Promise.all(answers);
          expect(timers.size).toBe(0);
          expect(batcher.load).toEqual({ queued: 0, resubmitting: 0, batchesInFlight: 0 });
          expect(most.inFlight).toBeLessThanOrEqual(inFlightMax);
          expect(most.singles).toBeLessThanOrEqual(resubmissionsMax);
        }),
        parameters("the batcher", runs),
      );
    },
    timeout,
  );
});
