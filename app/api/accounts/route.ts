import { listAccounts } from "@/db/ledger/accounts";
import { json, requireCaller, route } from "@/server/http";

/** The caller's accounts and balances. */
export const GET = route(async (request) => {
  const { user } = await requireCaller(request);
  return json(200, { accounts: await listAccounts(user.id) });
});
