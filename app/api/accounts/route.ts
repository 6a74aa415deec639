import { listAccounts } from "@/db/ledger/accounts";
import type { AccountList } from "@/lib/api/responses";
import { otherMethods } from "@/server/http/other-methods";
import { json } from "@/server/http/responses";
import { route } from "@/server/http/route";

/** The caller's accounts and balances. */
export const GET = route("GET /api/accounts", async ({ user }) =>
  json(200, { accounts: await listAccounts(user.id) } satisfies AccountList),
);

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("/api/accounts");
