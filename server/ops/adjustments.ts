/** What the pages of corrections say: accounts by what an operator types, and why something was not done. */
import type { AdjustmentState } from "@/db/ledger/adjustments";
import { searchAccounts } from "@/db/ledger/views/accounts";
import type { RefusalReason } from "@/db/payments/settlement";
import { uuid } from "@/lib/api/requests";
import { handleIn } from "./ledger-query.ts";

/** What stands for the service's own account, in the languages of the console. */
const HOUSE = /^(house|haus)$/i;

/**
 * The account that `typed` names in `currency`: its id, its owner's handle, or "house". Undefined where there is none, or more than
 * one house account, of which one has to be named by its id.
 */
export async function accountNamed(typed: string, currency: string): Promise<string | undefined> {
  const id = uuid.safeParse(typed).data;
  const isHouse = HOUSE.test(typed);
  const filter = isHouse
    ? { currency, state: "house" as const }
    : id === undefined
      ? { currency, find: { handle: handleIn(typed) } }
      : { find: { id }, currency };
  const [account, another] = await searchAccounts(filter, 2);
  if (another !== undefined) return undefined;
  return account?.id;
}

/** How a state of a correction looks. */
export function adjustmentTone(state: AdjustmentState): "wait" | "accent" | "alert" | "soft" {
  switch (state) {
    case "pending":
      return "wait";
    case "done":
      return "accent";
    case "declined":
      return "alert";
    case "refused":
    case "withdrawn":
      return "soft";
    default:
      return state satisfies never;
  }
}

/** Why an approval moved nothing, as the texts `not_…` say it; what is not here cannot happen to one. */
export function approvalRefusal(reason: RefusalReason) {
  switch (reason) {
    case "not_operator":
    case "same_operator":
    case "asker_not_operator":
    case "adjustment_ended":
    case "adjustment_unknown":
    case "own_account":
    case "payer_closed":
    case "overflow":
      return reason;
    default:
      return "other";
  }
}
