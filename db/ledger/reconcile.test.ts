/** Each check finds the very corruption it is for, in books that were right before. */
import { beforeAll, describe, expect, it } from "vitest";
import { CORRUPTIONS, makeBooks, UNGUARDED } from "../testing/fixtures/corruptions.ts";
import { tamper, testDatabase } from "../testing/fixtures/database.ts";
import { CHECKS, reconcile } from "./reconcile.ts";

const test = testDatabase();

describe("reconcile", () => {
  beforeAll(() => makeBooks(test));

  it("finds nothing in books that are right", async () => {
    expect(await reconcile(test.owner)).toEqual([]);
  });

  it("has a corruption for every check", () => {
    expect(Object.keys(CORRUPTIONS).sort()).toEqual(CHECKS.map((check) => check.name).sort());
  });

  for (const [check, corruption] of Object.entries(CORRUPTIONS)) {
    it(`finds what ${check} is for`, async () => {
      // Taken back: the next corruption begins with right books. No money is moved here.
      await tamper(test.appUrl, async (sql) => {
        await sql.unsafe(`${UNGUARDED} ${corruption}`);
        const findings = await reconcile(sql);
        const found = findings.find((finding) => finding.check === check);
        expect(found?.rows.length, JSON.stringify(findings)).toBeGreaterThan(0);
      });
    });
  }

  it("names the very triggers that are no longer in force for everybody", async () => {
    await tamper(test.appUrl, async (sql) => {
      await sql.unsafe(CORRUPTIONS["written-once"] ?? "");
      const triggers = ["ledger_seals_append_only", "ledger_seals_no_truncate"];
      expect(await reconcile(sql)).toEqual([
        {
          check: "written-once",
          rows: triggers.map((trigger) => ({ of_table: "ledger_seals", trigger, enabled: "O" })),
        },
      ]);
    });
  });
});
