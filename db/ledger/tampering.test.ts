/** The journal names the first row that was altered, removed or slipped in, whatever it was done to. */
import type postgres from "postgres";
import { beforeAll, describe, expect, it } from "vitest";
import { tamper as tamperWith, testDatabase } from "../testing/fixtures/database.ts";
import { type Fault, insertTransfer, journal, sealAll, verifyJournal } from "../testing/fixtures/journal.ts";

const test = testDatabase();

/** The sealed transfers, first to last. */
let sealed: string[] = [];
const SEALS = 6;
/** One in the middle: something is before it, and something behind. */
const MIDDLE = 3;

function transferAt(position: number): string {
  const id = sealed[position - 1];
  if (id === undefined) throw new Error(`Bug: no transfer was sealed at ${position}.`);
  return id;
}

/** Does what only a superuser can, with constraints and triggers out of the way, and undoes it after verifying. */
async function faultsAfter(
  tamper: (sql: Pick<postgres.Sql, "unsafe">) => PromiseLike<unknown>,
): Promise<Fault[]> {
  return await tamperWith(test.appUrl, async (sql) => {
    await sql.unsafe(`
      do $$ declare c record; begin
        for c in select conrelid::regclass as tab, conname from pg_constraint
                  where contype = 'c' and conrelid::regclass::text in ('payments', 'ledger_transfers', 'ledger_seals')
        loop execute format('alter table %s drop constraint %I', c.tab, c.conname); end loop;
      end $$;
      alter table payments disable trigger all;
      alter table ledger_transfers disable trigger all;
      alter table ledger_seals disable trigger all;
      alter table ledger_seal_head disable trigger all`);
    await tamper(sql);
    return await verifyJournal(sql);
  });
}

/** Another value of each type. */
const ALTERED: Record<string, (column: string) => string> = {
  uuid: () => "gen_random_uuid()",
  bigint: (column) => `${column} + 1`,
  smallint: (column) => `${column} + 1`,
  text: (column) => `coalesce(${column}, '') || 'x'`,
  character: () => "'EUR'",
  bytea: (column) => `sha256(${column})`,
  "timestamp with time zone": (column) => `${column} + interval '1 millisecond'`,
  xid8: (column) => `(${column}::text::bigint + 1)::text::xid8`,
};

describe("verification", () => {
  beforeAll(async () => {
    for (let n = 0; n < SEALS; n += 1) await insertTransfer(test.owner);
    await sealAll(test.owner);
    // The seed's transfers are in the journal too, before these.
    sealed = (await journal(test.owner)).map((seal) => seal.transferId);
  });

  it("finds nothing in a journal that is right", async () => {
    expect(await verifyJournal(test.owner)).toEqual([]);
    expect(await verifyJournal(test.db.readingSql)).toHaveLength(0);
  });

  it("finds another value in any column of a transfer, of its payment and of its seal", async () => {
    const id = transferAt(MIDDLE);
    for (const [table, key] of [
      ["ledger_transfers", "id"],
      ["payments", "id"],
      ["ledger_seals", "transfer_id"],
    ] as const) {
      const columns = await test.owner<{ name: string; type: string }[]>`
        select column_name as name, data_type as type from information_schema.columns
         where table_schema = 'public' and table_name = ${table} and column_name <> 'position'`;
      expect(columns.length).toBeGreaterThan(2);
      for (const { name, type } of columns) {
        const altered = ALTERED[type]?.(name);
        if (altered === undefined) throw new Error(`${table}.${name}: no other value of ${type} is known.`);
        const [fault] = await faultsAfter((sql) =>
          sql.unsafe(`update ${table} set ${name} = ${altered} where ${key} = '${id}'`),
        );
        expect(fault?.position, `${table}.${name}`).toBe(`${MIDDLE}`);
        // Under another id, what was sealed is not to be found.
        const renamed = name === "id" || name === "transfer_id";
        expect(fault?.fault, `${table}.${name}`).toBe(renamed ? "missing" : "altered");
        if (name !== "transfer_id") expect(fault?.transferId).toBe(id);
      }
    }
  });

  it("tells an empty note from none", async () => {
    const id = await insertTransfer(test.owner, { note: null });
    await sealAll(test.owner);
    sealed = (await journal(test.owner)).map((seal) => seal.transferId);
    const [fault] = await faultsAfter((sql) =>
      sql.unsafe(`update payments set note = '' where id = '${id}'`),
    );
    expect(fault).toMatchObject({ transferId: id, fault: "altered" });
  });

  const last = () => sealed.length;
  const at = (position: number, fault: string): Fault => ({
    position: `${position}`,
    transferId: transferAt(position),
    fault,
  });
  const nobodyAt = (position: number, fault: string): Fault => ({
    position: `${position}`,
    transferId: null,
    fault,
  });
  const middle = `(select transfer_id from ledger_seals where position = ${MIDDLE})`;
  const end = "(select max(position) from ledger_seals)";
  const setHeadBack = `update ledger_seal_head h set position = s.position, hash = s.hash from ledger_seals s where s.position = ${end}`;
  const forgedId = "00000000-0000-7000-8000-000000000001";
  const forge = (transactionId: string) =>
    `insert into ledger_transfers
     select '${forgedId}', debit_account_id, credit_account_id, 1, currency, 0, 1, 0, 1, '${transactionId}', now()
       from ledger_transfers limit 1`;
  const forged: Fault = { position: null, transferId: forgedId, fault: "unsealed" };

  const TAMPERINGS: { what: string; tampering: string; finds: () => Fault }[] = [
    {
      what: "the first of several altered rows",
      tampering: `update ledger_transfers set amount_minor = amount_minor + 1
                   where id in (select transfer_id from ledger_seals where position >= ${MIDDLE})`,
      finds: () => at(MIDDLE, "altered"),
    },
    {
      what: "a removed transfer",
      tampering: `delete from ledger_transfers where id = ${middle}`,
      finds: () => at(MIDDLE, "missing"),
    },
    {
      what: "a removed payment",
      tampering: `delete from payments where id = ${middle}`,
      finds: () => at(MIDDLE, "missing"),
    },
    {
      what: "a second payment under the same id",
      tampering: `insert into payments
                  select gen_random_uuid(), id, kind, purpose_id, subject_id, status, decline_code, amount_minor, currency,
                         payer_account_id, payee_account_id, note, request_hash, renderer, settled_at
                    from payments where id = ${middle}`,
      finds: () => at(MIDDLE, "altered"),
    },
    {
      what: "a removed seal",
      tampering: `delete from ledger_seals where position = ${MIDDLE}`,
      finds: () => nobodyAt(MIDDLE, "gap"),
    },
    {
      what: "a seal moved on, though its hash is right",
      tampering: `update ledger_seals set position = position + 1 where position = ${end};
                  update ledger_seal_head set position = position + 1`,
      finds: () => nobodyAt(last(), "gap"),
    },
    {
      what: "reordered seals",
      tampering: `drop index ledger_seals_transfer;
                  update ledger_seals s set transfer_id = o.transfer_id from ledger_seals o
                   where s.position in (${MIDDLE}, ${MIDDLE} + 2) and o.position = 2 * ${MIDDLE} + 2 - s.position`,
      finds: () => ({ ...at(MIDDLE, "altered"), transferId: transferAt(MIDDLE + 2) }),
    },
    {
      what: "removed last seals",
      tampering: `delete from ledger_seals where position >= ${end} - 1`,
      finds: () => nobodyAt(last() - 1, "truncated"),
    },
    {
      what: "removed last seals with the head set back, by the transfers that have none now",
      tampering: `delete from ledger_seals where position = ${end}; ${setHeadBack}`,
      finds: () => ({ position: null, transferId: transferAt(last()), fault: "unsealed" }),
    },
    {
      what: "a valid seal that the head does not know",
      tampering: `update ledger_seal_head h set position = s.position, hash = s.hash from ledger_seals s
                   where s.position = ${end} - 1`,
      finds: () => at(last(), "truncated"),
    },
    {
      what: "a head with another hash",
      tampering: "update ledger_seal_head set hash = sha256(hash)",
      finds: () => at(last(), "truncated"),
    },
    {
      what: "a removed head",
      tampering: "delete from ledger_seal_head",
      finds: () => at(1, "truncated"),
    },
    { what: "a transfer slipped in behind the sealer's back", tampering: forge("1"), finds: () => forged },
    {
      what: "a transfer of a transaction that has never been",
      tampering: forge("1000000000000"),
      finds: () => forged,
    },
  ];

  for (const { what, tampering, finds } of TAMPERINGS) {
    it(`finds ${what}`, async () => {
      expect(await faultsAfter((sql) => sql.unsafe(tampering))).toEqual([finds()]);
    });
  }
});
