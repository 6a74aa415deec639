/** What ids inside the audit log's "before and after" are told as. */
import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import type { AuditEntry } from "@/db/operators/audit";
import { testDatabase } from "@/db/testing/fixtures/database";
import { newPerson } from "@/db/testing/fixtures/people";
import { readIds } from "./audit-ids.ts";

const test = testDatabase();

function entryOf(after: Record<string, unknown>): AuditEntry {
  return {
    id: randomUUID(),
    at: new Date(),
    actorId: randomUUID(),
    actor: "omar",
    action: "role",
    subjectKind: "user",
    subjectId: "u",
    subject: "somebody",
    subjectUserId: undefined,
    currency: undefined,
    reason: "why",
    before: null,
    after,
  };
}

it("people are told by their handles, accounts and requests by where they are, and words as they stand", async () => {
  const person = await newPerson(test.owner, 0n);
  const [nobody, account, request] = [randomUUID(), randomUUID(), randomUUID()];
  const asked = entryOf({ askedBy: person.id, debitAccountId: account, userId: nobody });
  const approved = { ...entryOf({ request, name: "Oven" }), subjectUserId: person.id };
  const tell = await readIds([asked, approved, entryOf({ userId: "no id" })]);
  const short = (id: string) => `…${id.slice(-12)}`;
  expect(tell(asked, "askedBy", person.id)).toEqual({
    text: `@${person.handle}`,
    href: `/ops/people/${person.id}`,
  });
  expect(tell(asked, "userId", nobody)).toEqual({ text: short(nobody), href: `/ops/people/${nobody}` });
  expect(tell(asked, "debitAccountId", account)).toEqual({
    text: short(account),
    href: `/ops/ledger/accounts/${account}`,
  });
  expect(tell(approved, "request", request)).toEqual({
    text: short(request),
    href: `/ops/people/${person.id}#requests`,
  });
  expect(tell(approved, "name", "Oven")).toEqual({ text: "Oven", href: undefined });
});
