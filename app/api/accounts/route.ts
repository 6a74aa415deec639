import { listAccounts } from "@/db/ledger/accounts";
import type { AccountList } from "@/lib/responses";
import { json } from "@/server/http";
import { otherMethods } from "@/server/other-methods";
import { route } from "@/server/route";

/** The caller's accounts and balances. */
export const GET = route("GET /api/accounts", async ({ user }) =>
  json(200, { accounts: await listAccounts(user.id) } satisfies AccountList),
);

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("/api/accounts");
