/** Mutants of what operators do: who may, that it is written down, and what a funding is. */
import type { Mutant } from "./mutant.ts";

export const OPERATOR_MUTANTS: readonly Mutant[] = [
  {
    name: "anybody-funds",
    without: "the check that whoever funds is an operator",
    from: "lock_operators",
    find: "if is_acting_operator(wanted) then",
    replace: "if true then",
  },
  {
    name: "operator-not-locked",
    without: "the lock under which it is asked who is an operator",
    from: "is_acting_operator",
    find: "where u.id = of_user for share;",
    replace: "where u.id = of_user;",
  },
  {
    name: "frozen-operator-acts",
    without: "the check that an operator is not frozen",
    from: "is_acting_operator",
    find: "and u.frozen_at is null",
    replace: "",
  },
  {
    name: "funding-without-house",
    without: "the house account on one side of a funding",
    from: "refusal_of",
    find: "when entry.kind = 'funding' and (debit.owner_id is null) = (credit.owner_id is null)",
    replace: "when false",
  },
  {
    name: "paying-the-house",
    without: "the house accounts that nobody but an operator pays",
    from: "refusal_of",
    find: "when entry.kind not in ('top-up', 'funding') and credit.owner_id is null",
    replace: "when false",
  },
  {
    name: "funding-without-reason",
    without: "the reason of a funding",
    from: "refusal_of",
    find: "or entry.kind = 'funding' and (btrim(entry.note) = '') is not false",
    replace: "",
  },
  {
    name: "funding-counts-for-the-day",
    without: "the daily limit's indifference to what operators take out",
    from: "settle_payments_v1",
    find: "if entry.kind in ('order', 'transfer') then",
    replace: "if entry.kind in ('order', 'transfer', 'funding') then",
  },
  {
    name: "funding-is-refunded",
    without: "the bound of refunds to orders and transfers",
    from: "lock_refunds",
    find: "and p.kind in ('order', 'transfer')",
    replace: "and p.kind in ('order', 'transfer', 'funding')",
  },
  {
    name: "funding-not-audited",
    without: "the audit log's row of a funding",
    from: "settle_payments_v1",
    find: "perform audit_funding(entry, debit, credit, decline, amount);",
    replace: "null;",
  },
  {
    name: "freeze-not-audited",
    without: "the audit log's row in the statement that it tells of",
    from: "set_frozen_v1",
    find: "case when to_frozen then 'freeze' else 'unfreeze' end, 'user', of_user::text, reason,",
    replace: "null, 'user', null, reason,",
  },
  {
    name: "skeletons-not-unique",
    without: "the constraint that tells two of one name who become merchants at once",
    sql: "alter table users drop constraint users_name_skeleton_unique",
  },
  {
    name: "frozen-gets-open-account",
    without: "the freeze of accounts that are opened later",
    from: "open_accounts_v1",
    find: "wanted.day_limit_minor, frozen_since)",
    replace: "wanted.day_limit_minor, null)",
  },
  {
    name: "audit-log-changes",
    without: "the triggers that keep the audit log as it was written",
    sql: "alter table audit_log disable trigger audit_log_append_only",
  },
  {
    name: "application-gives-roles",
    without: "the guard that leaves roles to the functions that write them down",
    sql: "alter table users disable trigger users_guard",
  },
  {
    name: "two-first-operators",
    without: "the one row of the audit log that a first operator has",
    from: "make_first_operator",
    find: "values ('00000000-0000-8000-8000-000000000001', new_id",
    replace: "values (gen_random_uuid(), new_id",
  },
];
