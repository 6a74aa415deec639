/** Looks up what a transfer names, before it is shown for review: who gets it, from which account, what is left. */
import { findRecipient, type Recipient } from "@/db/identity/recipients";
import { type AccountBalance, listAccounts } from "@/db/ledger/accounts";
import { type FormState, parseForm, refuseForm } from "@/lib/form/form-state";
import { WRITTEN_IN } from "@/lib/form/written-in";
import { type TransferError, transferForm, transferPayload } from "@/lib/pay/drafts/transfer";
import type { Payload } from "@/lib/pay/state";

export type CheckedTransfer = {
  recipient: Recipient;
  from: AccountBalance;
  /** In minor units; below zero where the account does not hold the amount, as far as it can be told now. */
  balanceAfterMinor: bigint;
};

/**
 * What `payerId` would send, or everything that is wrong with it. A balance that is too low is not: only settling knows it
 * for certain.
 */
export async function checkTransfer(
  payerId: string,
  { payee, amountMinor, currency }: { payee: string; amountMinor: string; currency: string },
): Promise<{ ok: true; value: CheckedTransfer } | { ok: false; errors: TransferError[] }> {
  const [recipient, accounts] = await Promise.all([findRecipient(payee), listAccounts(payerId)]);
  const from = accounts.find((account) => account.currency === currency);
  const errors: TransferError[] = [];
  if (recipient === undefined) errors.push({ name: "payee", code: "payee_unknown" });
  else if (recipient.id === payerId) errors.push({ name: "payee", code: "payee_self" });
  else if (!recipient.currencies.includes(currency)) errors.push({ name: "payee", code: "payee_no-account" });
  if (from === undefined) errors.push({ name: "currency", code: "no-account" });
  if (errors.length > 0 || recipient === undefined || from === undefined) return { ok: false, errors };
  return {
    ok: true,
    value: { recipient, from, balanceAfterMinor: BigInt(from.balanceMinor) - BigInt(amountMinor) },
  };
}

/** The fields of the form, in the order that its errors are told in. */
const TYPED = ["payee", "amount", "currency", "note", WRITTEN_IN];

/**
 * Reads what was sent from the form of a transfer, as somebody wrote it who reads `locale`: the payload that it means, or the
 * form with what is wrong. A query without `checked` is a form that nobody has sent yet, filled in with what it has.
 */
export async function readSentTransfer(
  payerId: string,
  sent: URLSearchParams,
  locale: string,
): Promise<{ payload: Payload; state: FormState } | { payload: undefined; state: FormState }> {
  const typed = new URLSearchParams([...sent].filter(([name]) => TYPED.includes(name)));
  if (!sent.has("checked")) return { payload: undefined, state: refuseForm(typed, []) };
  const parsed = parseForm(transferForm(locale), typed);
  if (!parsed.ok) return { payload: undefined, state: parsed.state };
  const checked = await checkTransfer(payerId, parsed.value);
  if (!checked.ok) return { payload: undefined, state: refuseForm(typed, checked.errors) };
  if (checked.value.balanceAfterMinor < 0n)
    return {
      payload: undefined,
      state: refuseForm(typed, [{ name: "amount", code: "over-balance" } satisfies TransferError]),
    };
  // By the handle: whose address it is may change, a handle is one person's for ever.
  const payload = transferPayload({ ...parsed.value, payee: checked.value.recipient.handle });
  return { payload, state: refuseForm(typed, []) };
}
