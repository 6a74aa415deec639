/** Mutants of isolation, synchronous commit and the wait for standbys. */
import type { Mutant } from "./mutant.ts";

export const DURABILITY_MUTANTS: readonly Mutant[] = [
  {
    name: "no-standby-wait",
    without: "the record that makes answers from reads wait for a standby",
    from: "wait_for_standbys",
    find: "perform pg_logical_emit_message(true, 'once', '');",
  },
  {
    name: "settled-unwaited",
    without: "the wait for a standby before issuing says settled where it deleted no key",
    from: "issue_key_v1",
    find: "perform wait_for_standbys();",
  },
  {
    name: "no-synchronous-commit",
    without: "the synchronous commit that deciding about a key enforces",
    from: "assert_decisive",
    find: "perform set_config('synchronous_commit', 'on', true);",
  },
  {
    name: "no-isolation-check",
    without: "the refusal of other isolation levels",
    from: "assert_decisive",
    find: "<> 'read committed'",
    replace: "= 'no such level'",
  },
  {
    name: "undecisive-new-keys",
    without: "the isolation level that issue_new_keys_v1 demands",
    from: "issue_new_keys_v1",
    find: "perform assert_decisive();",
  },
  ...[
    "settle_payments_v1",
    "issue_key_v1",
    "revoke_key_v1",
    "key_state_v1",
    "reap_keys_v1",
    "seal_transfers_v1",
    "cancel_order_v1",
    "commit_synchronously",
  ].map((name) => ({
    name: `undecisive-${name.split("_")[0]}`,
    without: `the isolation level and the synchronous commit that ${name} demands`,
    from: name,
    find: "perform assert_decisive();",
  })),
];
