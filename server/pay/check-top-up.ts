/** Looks up what a top-up names (demo only): the account that it goes to. */
import { type AccountBalance, listAccounts } from "@/db/ledger/accounts";
import { parse, topUpRequest } from "@/lib/api/requests";
import { type FormState, parseForm, refuseForm } from "@/lib/form/form-state";
import { WRITTEN_IN } from "@/lib/form/written-in";
import { TOP_UP_FIELDS, topUpForm } from "@/lib/pay/drafts/top-up";
import type { Payload } from "@/lib/pay/state";
import { fieldsOf } from "./plain-form.ts";

const TYPED = ["amount", "currency", WRITTEN_IN];

/**
 * Reads what was sent from the form of a top-up by somebody who reads `locale`: the payload that it means, or the form with
 * what is wrong. A query without `checked` is a form that nobody has sent yet.
 */
export async function readSentTopUp(
  userId: string,
  sent: URLSearchParams,
  locale: string,
): Promise<{ payload: Payload | undefined; state: FormState }> {
  const typed = new URLSearchParams(fieldsOf(sent, TYPED));
  if (!sent.has("checked")) return { payload: undefined, state: refuseForm(typed, []) };
  const parsed = parseForm(topUpForm(locale), typed);
  if (!parsed.ok) return { payload: undefined, state: parsed.state };
  const { amountMinor, currency } = parsed.value;
  const account = await findAccount(userId, currency);
  return account === undefined
    ? { payload: undefined, state: refuseForm(typed, [{ name: "currency", code: "no-account" }]) }
    : { payload: { amountMinor, currency }, state: refuseForm(typed, []) };
}

/** The top-up that an address names, and the account that it goes to; undefined where it names none. */
export async function checkTopUp(
  userId: string,
  query: URLSearchParams,
): Promise<{ amountMinor: string; currency: string; account: AccountBalance } | undefined> {
  const parsed = parse(topUpRequest, fieldsOf(query, TOP_UP_FIELDS));
  if (!parsed.ok) return undefined;
  const account = await findAccount(userId, parsed.value.currency);
  return account && { ...parsed.value, account };
}

async function findAccount(userId: string, currency: string): Promise<AccountBalance | undefined> {
  return (await listAccounts(userId)).find((account) => account.currency === currency);
}
