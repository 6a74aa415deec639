/** Mutants of issuing, revoking and reading keys, and of what binds a key to its database. */
import type { Mutant } from "./mutant.ts";

export const KEY_MUTANTS: readonly Mutant[] = [
  {
    name: "no-key-lock",
    without: "the lock on the open key",
    from: "lock_keys",
    find: "and k.issued_in = here\n       for update;",
    replace: "and k.issued_in = here;",
  },
  {
    name: "declined-key-handed-out",
    without: "the look whether a key that is found has been declined before it was revived",
    from: "issue_key_v1",
    find: "if not exists (select 1 from payments p where p.user_id = for_user and p.id = open_key) then",
    replace: "if true then",
  },
  {
    name: "old-keys-take-room",
    without: "the database in the count of open keys",
    from: "issue_key_v1",
    find: "and k.issued_in = here limit",
    replace: "limit",
  },
  {
    name: "no-purpose-once-in-issue",
    without: "the look whether the purpose has been paid already",
    from: "issue_key_v1",
    find: "and p.status = 'succeeded';",
    replace: "and false;",
  },
  {
    name: "issue-in-one-snapshot",
    without: "the later statement in which issuing looks at payments",
    from: "issue_key_v1",
    find: "and p.status = 'succeeded';",
    replace: "and p.status = 'succeeded' and p.settled_at < statement_timestamp();",
  },
  {
    name: "revoke-in-one-snapshot",
    without: "the later statement in which revoking looks at payments",
    from: "revoke_key_v1",
    find: "and p.id = revoked_key",
    replace: "and p.id = revoked_key and p.settled_at < statement_timestamp()",
  },
  {
    name: "keys-unsorted",
    without: "the order in which keys are locked",
    from: "lock_keys",
    find: "order by 1, 2",
    replace: "order by 1 desc, 2 desc",
  },
  {
    name: "any-database",
    without: "the check that the key was issued in this database",
    from: "lock_keys",
    find: "and k.issued_in = here",
  },
  {
    name: "clone-is-original",
    without: "the database's own id in its identity",
    from: "database_identity",
    find: "d.oid, ",
  },
  {
    name: "restored-over-is-original",
    without: "the table of keys in the identity of its database",
    from: "database_identity",
    find: "pg_catalog.to_regclass('public.idempotency_keys')::oid,",
  },
  {
    name: "any-database-in-issue",
    without: "the check that a found key was issued in this database",
    from: "issue_key_v1",
    find: "and k.issued_in = here\n    returning",
    replace: "returning",
  },
  {
    name: "any-database-in-state",
    without: "the check that a key that is called open was issued in this database",
    from: "key_state_v1",
    find: "and k.issued_in = here",
  },
];
