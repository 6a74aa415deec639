/** Each check, done in slices, finds the very corruption that it is for, as the whole statement does. */
import postgres from "postgres";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { CORRUPTIONS, makeBooks, UNGUARDED } from "../../testing/fixtures/corruptions.ts";
import { rolledBack, testDatabase } from "../../testing/fixtures/database.ts";
import { CHECKS, type Check } from "../reconcile.ts";
import { type Inspection, inspect, type Send } from "./inspection.ts";
import { slicedCheck } from "./slices.ts";
import { JOURNAL_START, type Seal } from "./walks.ts";

const test = testDatabase();

/** On a connection that reads columns and numbers as the pools do, takes back all that `work` does to the books. */
async function tampered(work: (send: Send) => Promise<void>): Promise<void> {
  const url = new URL(inject("adminUrl"));
  url.pathname = new URL(test.appUrl).pathname;
  const admin = postgres(url.href, {
    max: 1,
    onnotice: () => {},
    transform: { column: { from: postgres.toCamel } },
    types: { bigint: postgres.BigInt },
  });
  try {
    await rolledBack(admin, (sql) => work((text, parameters) => sql.unsafe(text, [...parameters])));
  } finally {
    await admin.end({ timeout: 5 });
  }
}

type Way = "full" | "incremental";

async function make(check: Check, way: Way, send: Send): Promise<Inspection> {
  const inspection = inspect(send, async () => {});
  const [head] = await send<Seal>(
    "select position::text as position, encode(hash, 'hex') as hash from ledger_seal_head",
    [],
  );
  if (!head) throw new Error("The journal has no head.");
  if (way === "full") await slicedCheck(check).full(inspection);
  else await slicedCheck(check).incremental(inspection, { from: JOURNAL_START, to: head });
  return inspection;
}

beforeAll(() => makeBooks(test));

for (const way of ["full", "incremental"] as const) {
  describe(`in slices, ${way}`, () => {
    for (const check of CHECKS) {
      it(`${check.name} finds nothing in books that are right`, () =>
        tampered(async (send) => {
          const { wrong, slices } = await make(check, way, send);
          expect(wrong).toEqual([]);
          expect(slices).toBeGreaterThan(0);
        }));

      it(`${check.name} finds what it is for`, () =>
        tampered(async (send) => {
          await send(`${UNGUARDED} ${CORRUPTIONS[check.name]}`, []);
          const { wrong } = await make(check, way, send);
          expect(wrong.length).toBeGreaterThan(0);
        }));
    }
  });
}

it("a journal that no longer has what the last run had verified was rewritten", () =>
  tampered(async (send) => {
    const check = CHECKS.find(({ name }) => name === "journal-unaltered");
    const [head] = await send<Seal>(
      "select position::text as position, encode(hash, 'hex') as hash from ledger_seal_head",
      [],
    );
    if (!check || !head) throw new Error("There is no journal.");
    const verified = { position: head.position, hash: "ab".repeat(32) };
    const inspection = inspect(send, async () => {});
    await slicedCheck(check).incremental(inspection, { from: verified, to: head });
    expect(inspection.wrong).toMatchObject([{ position: head.position, fault: "rewritten" }]);
  }));

/** Entries of one account: more than a slice begins with. */
const MANY = 700;

describe("an account with more entries than a slice", () => {
  const LARGE = "00000000-1000-4000-8000-000000000001";

  /** As `n` transfers between two accounts of nobody's would leave it; `spoilt` alters them. */
  async function makeLarge(send: Send, spoilt = ""): Promise<void> {
    await send(
      `${UNGUARDED}
       insert into ledger_accounts (id, purpose, currency, balance_minor, min_balance_minor, version)
       values ('${LARGE}', 'funding', 'USD', -${MANY}, null, ${MANY}),
              ('00000000-1000-4000-8000-000000000002', 'funding', 'USD', ${MANY}, null, ${MANY});
       insert into ledger_transfers (id, debit_account_id, credit_account_id, amount_minor, currency, debit_balance_minor,
                                     debit_version, credit_balance_minor, credit_version, created_at)
       select gen_random_uuid(), '${LARGE}', '00000000-1000-4000-8000-000000000002', 1, 'USD', -n, n, n, n, now()
         from generate_series(1, ${MANY}) n;
       ${spoilt}`,
      [],
    );
  }

  const wrongAt = async (name: string, spoilt?: string) => {
    const check = CHECKS.find((one) => one.name === name);
    if (!check) throw new Error(`There is no check called ${name}.`);
    let found: Inspection | undefined;
    await tampered(async (send) => {
      await makeLarge(send, spoilt);
      found = await make(check, "full", send);
    });
    return found?.wrong.filter((row) => Object.values(row).includes(LARGE)) ?? [];
  };

  it("is right in parts as well", async () => {
    expect(await wrongAt("balance-is-sum-of-entries")).toEqual([]);
    expect(await wrongAt("chain-without-gap")).toEqual([]);
  });

  it.each([1, 2, 500, 501, 699, 700])("entry %i that is gone is found", async (version) => {
    const gone = `delete from ledger_transfers where debit_account_id = '${LARGE}' and debit_version = ${version}`;
    expect(await wrongAt("balance-is-sum-of-entries", gone)).toHaveLength(1);
    // The last one has nothing after it that would not follow: the sum finds that.
    expect((await wrongAt("chain-without-gap", gone)).length > 0).toBe(version < MANY);
  });

  it.each([1, 500, 501, 700])("entry %i of another amount is found", async (version) => {
    const other = `update ledger_transfers set amount_minor = 2 where debit_account_id = '${LARGE}' and debit_version = ${version}`;
    expect(await wrongAt("balance-is-sum-of-entries", other)).toHaveLength(1);
    expect(await wrongAt("chain-without-gap", other)).toHaveLength(1);
  });
});
