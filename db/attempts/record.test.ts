import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pay } from "../payments/pay.ts";
import { testDatabase } from "../testing/database.ts";
import { keyFor, newPerson } from "../testing/people.ts";
import { type Attempt, flushAttempts, recordAttempt } from "./record.ts";

const test = testDatabase();
const warn = vi.spyOn(console, "warn");

beforeEach(() => {
  warn.mockReset().mockImplementation(() => {});
});

afterEach(async () => {
  vi.useRealTimers();
  await test.owner.unsafe("grant execute on function record_attempts_v1 to once_app");
  await flushAttempts();
});

function newAttempt(changes: Partial<Attempt> = {}): Attempt {
  return {
    userId: randomUUID(),
    key: randomUUID(),
    channel: "api",
    verdict: "void",
    arrivedAt: new Date(),
    ...changes,
  };
}

async function countOf(userId: string): Promise<number> {
  const rows = await test.owner`select 1 from payment_attempts where user_id = ${userId}`;
  return rows.length;
}

/** From here to the test's end no timer goes off: a flush happens because a test asks for it, or because many wait. */
function stopTimers(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
}

describe("recording an attempt", () => {
  it("writes it as it was", async () => {
    const attempt = newAttempt({ channel: "form", verdict: "declined", requestId: "a-request" });
    recordAttempt(attempt);
    await flushAttempts();
    const [row] = await test.owner`
      select user_id, key, channel, verdict, arrived_at, request_id
        from payment_attempts where user_id = ${attempt.userId}`;
    expect(row).toEqual({
      user_id: attempt.userId,
      key: attempt.key,
      channel: "form",
      verdict: "declined",
      arrived_at: attempt.arrivedAt,
      request_id: "a-request",
    });
  });

  it("is written by itself, without anybody asking for a flush", async () => {
    const attempt = newAttempt();
    recordAttempt(attempt);
    await vi.waitUntil(async () => (await countOf(attempt.userId)) === 1, { timeout: 30_000, interval: 50 });
  });

  it("is written at once where many have gathered, in one statement, while the next gather", async () => {
    stopTimers();
    const userId = randomUUID();
    for (let turn = 0; turn < 501; turn += 1) recordAttempt(newAttempt({ userId }));
    let written = 0;
    while (written === 0) written = await countOf(userId);
    expect(written).toBe(500);
    await flushAttempts();
    expect(await countOf(userId)).toBe(501);
  });

  it("leaves no timer behind where nothing waits", async () => {
    // Once before, so that the connection, which has a timer of its own, is there already.
    recordAttempt(newAttempt());
    await flushAttempts();
    stopTimers();
    recordAttempt(newAttempt());
    expect(vi.getTimerCount()).toBe(1);
    await flushAttempts();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is bounded, and says how many were dropped", async () => {
    const userId = randomUUID();
    for (let turn = 0; turn < 5_007; turn += 1) recordAttempt(newAttempt({ userId }));
    await flushAttempts();
    expect(await countOf(userId)).toBe(5_000);
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/^7 attempts were not recorded/)]]);
  });

  it("is there however often somebody else has asked for the same key", async () => {
    stopTimers();
    const [bob, alice] = [randomUUID(), newAttempt()];
    for (let turn = 0; turn < 150; turn += 1) recordAttempt(newAttempt({ userId: bob, key: alice.key }));
    recordAttempt(alice);
    await flushAttempts();
    expect([await countOf(bob), await countOf(alice.userId)]).toEqual([100, 1]);
  });

  it("that cannot be written takes none of those with it that were gathered beside it", async () => {
    stopTimers();
    const others = Array.from({ length: 20 }, () => newAttempt());
    const odd = newAttempt({ requestId: "a\0b" });
    for (const [at, one] of others.entries()) {
      if (at === 13) recordAttempt(odd);
      recordAttempt(one);
    }
    await flushAttempts();
    await flushAttempts();
    // One after another: no timer is there for another connection.
    for (const { userId } of others) expect(await countOf(userId)).toBe(1);
    expect(await countOf(odd.userId)).toBe(0);
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/^1 attempts were not recorded/)]]);
  });

  it("is tried once more where a flush fails, and then given up with a warning that quotes nothing", async () => {
    stopTimers();
    await test.owner.unsafe("revoke execute on function record_attempts_v1 from once_app");
    const [saved, lost] = [newAttempt(), newAttempt()];
    recordAttempt(lost);
    await flushAttempts();
    recordAttempt(saved);
    await flushAttempts();
    expect(warn.mock.calls.map(([line]) => line)).toEqual([
      "Recording 1 attempts failed (42501): 1 are tried once more, 0 are given up.",
      "Recording 2 attempts failed (42501): 1 are tried once more, 1 are given up.",
    ]);
    await test.owner.unsafe("grant execute on function record_attempts_v1 to once_app");
    await flushAttempts();
    expect([await countOf(saved.userId), await countOf(lost.userId)]).toEqual([1, 0]);
  });

  it("never throws, even where no id can be made", () => {
    const clock = vi.spyOn(Date, "now").mockImplementation(() => {
      throw new Error("no clock");
    });
    expect(() => recordAttempt(newAttempt({ arrivedAt: new Date(0) }))).not.toThrow();
    clock.mockRestore();
    expect(warn).toHaveBeenCalledOnce();
  });

  it("sent again after a lost answer is there once", async () => {
    const { userId, key } = newAttempt();
    const row = { user_id: userId, key, id: randomUUID(), channel: "api", verdict: "void" };
    const batch = JSON.stringify([{ ...row, arrived_at: new Date().toISOString() }]);
    const { readingSql } = test.db;
    await readingSql`select record_attempts_v1(${batch}::text::jsonb)`;
    await readingSql`select record_attempts_v1(${batch}::text::jsonb)`;
    expect(await countOf(userId)).toBe(1);
  });

  it("is what only the function does: the application may read attempts and not write them", async () => {
    const { readingSql } = test.db;
    await expect(readingSql`delete from payment_attempts`).rejects.toMatchObject({ code: "42501" });
    await expect(readingSql`select count(*) from payment_attempts`).resolves.toHaveLength(1);
  });
});

describe("the commit", () => {
  it("of a flush waits for no disk, while the payment's own does", async () => {
    // Deferred to the commit, because what is set last before it is what counts.
    await test.owner.unsafe(`
      create table commits (of_table text not null, synchronous_commit text not null);
      create function note_commit() returns trigger language plpgsql security definer
      set search_path = public, pg_temp as $$
      begin
        insert into commits values (tg_table_name, current_setting('synchronous_commit'));
        return null;
      end $$;
      create constraint trigger note_commit after insert on payments
        deferrable initially deferred for each row execute function note_commit();
      create constraint trigger note_commit after insert on payment_attempts
        deferrable initially deferred for each row execute function note_commit();`);
    const payer = await newPerson(test.owner, 0n);
    const key = await keyFor(payer.id, { kind: "top-up", intentId: randomUUID() });
    const attempt = newAttempt({ userId: payer.id, key, verdict: "paid" });
    await pay(payer.id, key, { operation: "top-up", amountMinor: "100", currency: "USD" });
    recordAttempt(attempt);
    await flushAttempts();
    expect(await test.owner`select of_table, synchronous_commit from commits order by of_table`).toEqual([
      { of_table: "payment_attempts", synchronous_commit: "off" },
      { of_table: "payments", synchronous_commit: "on" },
    ]);
    // Set for its own transaction only: the connection it ran on is as before.
    const settings = await Promise.all(
      Array.from({ length: 12 }, () => test.db.readingSql`show synchronous_commit`),
    );
    for (const [row] of settings) expect(row).toEqual({ synchronousCommit: "on" });
  });
});

describe("a flood of replays of one key", () => {
  const userId = randomUUID();
  const key = randomUUID();
  const flood = (count: number) => {
    for (let sent = 0; sent < count; sent += 1)
      recordAttempt(newAttempt({ userId, key, verdict: "replayed" }));
  };

  it("leaves a hundred arrivals, in one batch or in several", async () => {
    stopTimers();
    flood(60);
    await flushAttempts();
    flood(60);
    await flushAttempts();
    expect(await countOf(userId)).toBe(100);
    flood(1_000);
    await flushAttempts();
    expect(await countOf(userId)).toBe(100);
  });

  it("does not hide the arrival that paid", async () => {
    stopTimers();
    flood(200);
    recordAttempt(newAttempt({ userId, key, verdict: "paid" }));
    await flushAttempts();
    expect(await countOf(userId)).toBe(101);
  });

  it("takes no room from the arrivals of other keys", async () => {
    stopTimers();
    const other = newAttempt();
    // More than the whole buffer holds, before anything can be written.
    flood(6_000);
    recordAttempt(other);
    await flushAttempts();
    expect(await countOf(other.userId)).toBe(1);
    expect(warn).not.toHaveBeenCalled();
  });

  it("sent to the database by a build that does not hold it back is cut there", async () => {
    const flooded = randomUUID();
    const other = randomUUID();
    const rowOf = (user: string) => ({
      ...{ user_id: user, key, id: randomUUID(), channel: "api", verdict: "void" },
      arrived_at: new Date().toISOString(),
    });
    const batch = [...Array.from({ length: 300 }, () => rowOf(flooded)), rowOf(other)];
    await test.owner`select record_attempts_v1(${JSON.stringify(batch)}::text::jsonb)`;
    expect([await countOf(flooded), await countOf(other)]).toEqual([100, 1]);
  });
});
