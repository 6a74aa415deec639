/** Roles, which operators give. Each change is written to the audit log by the statement that makes it. */
import { randomUUID } from "node:crypto";
import type postgres from "postgres";
import { skeletonOf } from "../../lib/text/reserved-names.ts";
import type { User } from "../identity/users.ts";
import { connectAsOwner } from "../setup/migrate.ts";
import { type Verdict, verdictOf } from "./verdicts.ts";

type RoleChange = {
  actorId: string;
  user: User;
  role: User["role"];
  name?: string | undefined;
  reason: string;
};

/**
 * Gives `user` a role, and `name` where one is given. A merchant or operator gets a name and a handle that no other can be
 * taken for, whoever else becomes one at the same time.
 */
export function setRole({ actorId, user, role, name, reason }: RoleChange): Promise<Verdict> {
  const skeletons = { name: skeletonOf(name ?? user.name), handle: skeletonOf(user.handle) };
  return verdictOf(
    (sql) => sql<{ verdict: string }[]>`
      select set_role_v1(${actorId}, ${user.id}, ${role}, ${name ?? null}, ${skeletons.name}, ${skeletons.handle},
                         ${reason}) as verdict`,
  );
}

type FirstOperator = { email: string; name: string; handle: string; passwordHash: string };

/** `exists`: somebody can sign in as an operator already. Nothing was changed unless it is `done`. */
export type FirstOperatorVerdict = "done" | "exists" | "email_taken" | "handle_taken" | "name_taken";

/** Makes the operator that a new service begins with, as the owner of the tables. Of several calls at once one does. */
export async function makeFirstOperator(
  ownerUrl: string,
  { email, name, handle, passwordHash }: FirstOperator,
): Promise<FirstOperatorVerdict> {
  const owner: postgres.Sql = connectAsOwner(ownerUrl);
  try {
    const [row] = await owner<{ verdict: FirstOperatorVerdict }[]>`
      select make_first_operator(${randomUUID()}, ${email}, ${name}, ${handle}, ${skeletonOf(name)}, ${skeletonOf(handle)},
                                 ${passwordHash}) as verdict`;
    if (!row) throw new Error("Bug: make_first_operator answered nothing.");
    return row.verdict;
  } finally {
    await owner.end({ timeout: 5 });
  }
}
