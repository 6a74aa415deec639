/** Looks up what a transfer names, before it is shown for review: who gets it, from which account, what is left. */
import { findRecipient, type Recipient } from "@/db/identity/recipients";
import { type AccountBalance, listAccounts } from "@/db/ledger/accounts";
import type { TransferError } from "@/lib/pay/drafts/transfer";

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
