/** Mutants of the journal's seals, and of what the database itself forbids. */
import type { Mutant } from "./mutant.ts";

export const LEDGER_MUTANTS: readonly Mutant[] = [
  {
    name: "orders-end-twice",
    without: "the guard of how an order begins and ends",
    sql: "alter table orders disable trigger user",
  },
  {
    name: "no-grants",
    without: "the grants that keep the application from writing money",
    sql: "grant insert, update, delete on payments, ledger_transfers, ledger_accounts, refund_totals to once_app",
  },
  {
    name: "no-triggers",
    without: "the triggers that keep everybody from changing what was written",
    sql: "alter table payments disable trigger user; alter table ledger_transfers disable trigger user",
  },
  {
    name: "no-turns-of-sealers",
    without: "the lock that makes sealers take turns",
    from: "seal_transfers_v1",
    find: "where h.id = 1 for update;",
    replace: "where h.id = 1;",
  },
  {
    name: "no-horizon",
    without: "waiting for older transactions that still run",
    from: "seal_transfers_v1",
    find: "pg_snapshot_xmin(",
    replace: "pg_snapshot_xmax(",
  },
  {
    name: "no-rest-of-a-step",
    without: "coming back for what a step's limit left of a transaction",
    from: "seal_transfers_v1",
    find: "if taken < rows_max then",
    replace: "if true then",
  },
  {
    name: "no-new-numbering",
    without: "the step that takes over a restored dump",
    from: "seal_transfers_v1",
    find: "restored := head.system_identifier <> here or head.sealed_below >",
    replace: "restored := false and head.sealed_below >",
  },
];
