/** The commands credit and debit: money in and out of an account, once per intent. */
import { randomUUID } from "node:crypto";
import { errorCode } from "../../db/execution/error-code.ts";
import { revokeKeyOf } from "../../db/idempotency/revoke.ts";
import type { User } from "../../db/identity/users.ts";
import { listAccounts } from "../../db/ledger/accounts.ts";
import { type FundResult, fund } from "../../db/payments/funding.ts";
import type { RefusalReason } from "../../db/payments/settlement.ts";
import { findFundingInDoubt, findSameFunding } from "../../db/payments/views/earlier-funding.ts";
import { formatMoney } from "../../lib/money.ts";
import type { OperatorCommand } from "./command-line.ts";
import { EXIT } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

type FundCommand = Extract<OperatorCommand, { name: "credit" | "debit" }>;

/** Why an account was not funded and may be with the same intent; what is not here cannot happen to a funding. */
const REFUSED: Partial<Record<RefusalReason, string>> = {
  not_operator: "You are no operator (any more), or are frozen.",
  own_account: "Nobody puts money into an account of their own, or takes it out: ask another operator.",
  payer_closed: "The account is frozen, and nothing leaves it.",
  payer_unknown: "This currency is not open: npm run operator -- currency CODE --reason …",
  payee_unknown: "This currency is not open: npm run operator -- currency CODE --reason …",
  overflow: "An account cannot hold so much.",
};

const DECLINED: Partial<Record<string, string>> = {
  insufficient_funds: "The account holds less than that.",
  payee_closed: "The account is frozen, and receives nothing.",
};

/**
 * What was funded minutes ago that this may be a second time of, as sentences for the operator; undefined where there is
 * nothing. Throws where it could not be looked up.
 */
async function questionBefore(actor: User, user: User, command: FundCommand): Promise<string | undefined> {
  const { name, code, amountMinor, reason } = command;
  const open = await findFundingInDoubt(actor.id);
  // Afterwards: what was settled in between is then found here.
  const same = await findSameFunding(user.id, { direction: name, amountMinor, currency: code, reason });
  if (same !== undefined) {
    const amount = `${formatMoney(amountMinor, code, "en")} ${name === "credit" ? "was put into" : "was taken out of"}`;
    return `${amount} the ${code} account of @${user.handle} for this very reason at ${same.settledAt.toISOString()} already, by @${same.operator}: payment ${same.paymentId}, intent ${same.intentId}.`;
  }
  if (open === undefined) return undefined;
  return `You began a payment minutes ago that has no outcome yet, and it may have been this one: intent ${open}. Its line, run again with --intent ${open}, finds out.`;
}

/** Whether the operator means this one, too, where it may be a second time. Says so where nothing is done. */
async function isMeant(
  actor: User,
  user: User,
  command: FundCommand,
  { ask, complain }: Terminal,
): Promise<boolean> {
  // An intent says which payment is meant: the one that has it.
  if (command.isMeantAgain || command.intentId !== undefined) return true;
  let question: string | undefined;
  try {
    question = await questionBefore(actor, user, command);
  } catch (error) {
    complain(
      `Not done: whether the same was done minutes ago cannot be looked up (${codeOf(error)}). No money has moved by this. Run it again later, or with --again if you are sure.`,
    );
    return false;
  }
  if (question === undefined) return true;
  if (ask === undefined) {
    complain(`Not done. ${question} No money has moved by this. If you mean one more, say --again.`);
    return false;
  }
  const answer = await ask(`${question}\nOne more? Type yes: `);
  if (answer.trim().toLowerCase() === "yes") return true;
  complain("Not done. No money has moved by this.");
  return false;
}

const codeOf = (error: unknown): string =>
  errorCode(error) ?? (error instanceof Error ? error.message : typeof error);

/** Funds the account and says what became of it: each answer says whether money has moved. Returns the exit code. */
export async function fundAccount(
  actor: User,
  user: User,
  command: FundCommand,
  terminal: Terminal,
): Promise<number> {
  const { name, code, amountMinor, reason } = command;
  if (!(await isMeant(actor, user, command, terminal))) return EXIT.notDone;
  const intentId = command.intentId ?? randomUUID();
  const again = lineOf(actor, user, { ...command, intentId });
  // Before anything is sent: whoever is cut off has it on the screen.
  terminal.say(`Intent ${intentId}. To run this very payment again, and never a second one:\n  ${again}`);
  let result: FundResult;
  try {
    result = await fund(actor.id, intentId, {
      direction: name,
      accountOf: user.handle,
      amountMinor,
      currency: code,
      reason,
    });
  } catch (error) {
    terminal.complain(
      `It is not known whether money has moved (${codeOf(error)}). Run the line above again: it finds out, and moves it once at the most.`,
    );
    return EXIT.unknown;
  }
  switch (result.type) {
    case "settled":
      if (result.payment.status === "succeeded") {
        const amount = formatMoney(result.payment.amountMinor, code, "en");
        const what = name === "credit" ? `${amount} put into` : `${amount} taken out of`;
        const before = result.replayed ? "This payment was made before, and once: " : "";
        terminal.say(
          `${before}${what} the ${code} account of @${user.handle} (${user.name}). Payment ${result.payment.id}.`,
        );
        terminal.say(await balanceOf(user, code));
        return EXIT.done;
      }
      terminal.complain(
        `Declined. ${DECLINED[result.payment.declineCode ?? ""] ?? result.payment.declineCode} No money has moved, and this try never moves any. ${await balanceOf(user, code)} The same line again tries anew.`,
      );
      return EXIT.notDone;
    case "reused":
      terminal.complain(
        "Not done. This intent has moved money for another payment (another account, amount, currency or reason). No money has moved now: leave --intent out for a payment of its own.",
      );
      return EXIT.notDone;
    case "refused":
      // It is known what became of this one: the next is not asked about it. Where that fails it is, and that is all.
      await revokeKeyOf(actor.id, { kind: "funding", intentId }).catch(() => undefined);
      terminal.complain(`Not done. ${REFUSED[result.reason] ?? result.reason} No money has moved.`);
      return EXIT.notDone;
    case "capped":
      terminal.complain(
        "Not done. You have too many payments open at once: wait, and run it again. No money has moved.",
      );
      return EXIT.notDone;
    default:
      return result satisfies never;
  }
}

/** A sentence about the balance. That it cannot be read now changes nothing about the payment. */
async function balanceOf(user: User, currency: string): Promise<string> {
  try {
    const account = (await listAccounts(user.id)).find((one) => one.currency === currency);
    return `The account holds ${formatMoney(account?.balanceMinor ?? "0", currency, "en")} now.`;
  } catch {
    return "The balance cannot be read just now.";
  }
}

/** The command that is the same payment, to paste into a shell. */
function lineOf(actor: User, user: User, { name, code, typedAmount, reason, intentId }: FundCommand): string {
  const quoted = `'${reason.replaceAll("'", "'\\''")}'`;
  return `npm run operator -- ${name} ${user.handle} ${typedAmount} ${code} --reason ${quoted} --as ${actor.handle} --intent ${intentId}`;
}
