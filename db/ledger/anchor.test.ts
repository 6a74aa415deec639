/** An anchor that was kept elsewhere shows what the database alone cannot: that the whole chain was made anew. */
import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";
import { superuser, testDatabase } from "../testing/fixtures/database.ts";
import { insertTransfer, sealAll, verifyJournal } from "../testing/fixtures/journal.ts";
import { newPerson } from "../testing/fixtures/people.ts";
import { type Anchor, containsAnchor, formatAnchor, journalHead, parseAnchor } from "./anchor.ts";

const test = testDatabase();

/** Runs `npm run reconcile` as an operator would, against the test's database. */
function reconcileScript(...args: string[]): { status: number | null; output: string } {
  const env = { ...process.env, DATABASE_URL: test.appUrl, DATABASE_OWNER_URL: "" };
  const run = spawnSync(process.execPath, ["--import", "tsx", "scripts/reconcile.ts", ...args], {
    encoding: "utf8",
    env,
  });
  return { status: run.status, output: run.stdout + run.stderr };
}

describe("an anchor", () => {
  let anchor: Anchor;
  beforeAll(async () => {
    // Payments in books that are right, so that nothing but the journal can be what is found.
    for (let n = 0; n < 3; n += 1) await newPerson(test.owner, 100n);
    await sealAll(test.owner);
    anchor = await journalHead(test.owner);
  });

  it("is read as it is written, and nothing else is", () => {
    expect(parseAnchor(formatAnchor(anchor))).toEqual(anchor);
    const hash = "a".repeat(64);
    for (const text of [
      "",
      "1",
      `:${hash}`,
      `-1:${hash}`,
      `01:${hash}`,
      `1:${hash}0`,
      `1:${hash.toUpperCase()}`,
    ]) {
      expect(parseAnchor(text), text).toBeUndefined();
    }
  });

  it("is printed by reconcile, and holds for as long as the journal only grows", async () => {
    const first = reconcileScript();
    expect(first.output).toContain(`The journal ends at ${formatAnchor(anchor)}`);
    expect(first.status).toBe(0);
    await newPerson(test.owner, 100n);
    await sealAll(test.owner);
    expect(reconcileScript("--anchor", formatAnchor(anchor)).status).toBe(0);
    expect(await containsAnchor(test.owner, { position: "0", hash: "0".repeat(64) })).toBe(true);
  });

  it("that is malformed ends reconcile with a sentence and exit code 2", () => {
    for (const args of [["--anchor", "12"], ["--anchor"], ["--ancor", "1"]]) {
      const { status, output } = reconcileScript(...args);
      expect(status).toBe(2);
      expect(output).toMatch(/is no anchor|argument|option/i);
      expect(output).not.toContain("    at ");
    }
  });

  it("shows a chain that was made anew, which verification alone finds nothing wrong with", async () => {
    const admin = superuser(test.appUrl);
    await admin.unsafe(`
      begin;
      alter table payments disable trigger all;
      alter table ledger_seals disable trigger all;
      update payments set note = 'Another note' where id = (select transfer_id from ledger_seals where position = 1);
      truncate ledger_seals;
      update ledger_seal_head set position = 0, hash = decode(repeat('00', 32), 'hex'), sealed_below = '0';
      alter table payments enable trigger all;
      alter table ledger_seals enable trigger all;
      commit`);
    await admin.end({ timeout: 5 });
    await sealAll(test.owner);
    expect(await verifyJournal(test.owner)).toEqual([]);
    const { status, output } = reconcileScript("--anchor", formatAnchor(anchor));
    expect(output).toContain(`The journal was rewritten: at position ${anchor.position}`);
    expect(output).not.toContain("The books are right");
    expect(status).toBe(1);
  });

  it("shows last seals that were removed together with all trace of them", async () => {
    await insertTransfer(test.owner);
    await sealAll(test.owner);
    const end = await journalHead(test.owner);
    expect(await containsAnchor(test.owner, end)).toBe(true);
    const admin = superuser(test.appUrl);
    await admin.unsafe(`
      begin;
      alter table ledger_seals disable trigger all;
      delete from ledger_seals where position = ${end.position};
      update ledger_seal_head h set position = s.position, hash = s.hash, sealed_below = t.transaction_id
        from ledger_seals s join ledger_transfers t on t.id = s.transfer_id where s.position = ${end.position} - 1;
      alter table ledger_seals enable trigger all;
      commit`);
    await admin.end({ timeout: 5 });
    expect(await verifyJournal(test.owner)).toEqual([]);
    expect(await containsAnchor(test.owner, end)).toBe(false);
  });
});
