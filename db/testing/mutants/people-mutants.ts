/** Mutants of what operators do to people, and of the events that tell who came in and who was kept out. */
import type { Mutant } from "./mutant.ts";

/** The three functions, by what they do. */
const ACTS = {
  rename: "rename_person_v1",
  "end-sessions": "end_sessions_v1",
  "revoke-api-keys": "revoke_api_keys_v1",
} as const;

const MUTANTS_OF_ACTS: readonly Mutant[] = Object.entries(ACTS).flatMap(([act, from]) => [
  {
    name: `anybody-may-${act}`,
    without: "the check that an operator acts",
    from,
    find: "if not lock_actor_and_subject(actor, of_user) then",
    replace: "if lock_actor_and_subject(actor, of_user) is null then",
  },
  {
    name: `oneself-may-${act}`,
    without: "the check that nobody acts upon themselves",
    from,
    find: "if actor = of_user then",
    replace: "if false then",
  },
  {
    name: `${act}-not-audited`,
    without: "the audit log's row in the statement that it tells of",
    from,
    find: "perform write_audit(",
    replace: "perform jsonb_build_array(",
  },
]);

export const PEOPLE_MUTANTS: readonly Mutant[] = [
  ...MUTANTS_OF_ACTS,
  {
    name: "renamed-without-skeleton",
    without: "the skeleton by which a renamed merchant is told from all others",
    from: "rename_person_v1",
    find: "new_name, new_name_skeleton, handle_skeleton_now",
    replace: "new_name, null, handle_skeleton_now",
  },
  {
    name: "receipts-change-with-names",
    without: "the name that was, which old receipts show",
    sql: "alter table users disable trigger users_keep_earlier_name",
  },
  {
    name: "others-signed-out",
    without: "the bound of an operator's signing out to one person's sessions",
    from: "end_sessions_v1",
    find: "where s.user_id = of_user and (",
    replace: "where (",
  },
  {
    name: "sign-ins-untold",
    without: "the events of sessions that begin and end",
    sql: "alter table sessions disable trigger sessions_note",
  },
  {
    name: "passwords-untold",
    without: "the events of passwords that change",
    sql: "alter table credentials disable trigger credentials_note",
  },
  {
    name: "api-keys-untold",
    without: "the events of API keys",
    sql: "alter table api_keys disable trigger api_keys_note",
  },
  {
    name: "addresses-untold",
    without: "the events of addresses that change",
    sql: "alter table users disable trigger users_note",
  },
  {
    name: "security-events-change",
    without: "the trigger that keeps security events as they were written",
    sql: "alter table security_events disable trigger security_events_kept",
  },
  {
    name: "refusals-not-summed",
    without: "the count of refusals of one minute",
    from: "record_security_events_v1",
    find: "set count = counted.count + excluded.count",
    replace: "set count = counted.count + 1",
  },
  {
    name: "events-never-pruned",
    without: "the end of refusals after ninety days",
    from: "prune_security_events_v1",
    find: "o.at < now() - interval '90 days'",
    replace: "false",
  },
];
