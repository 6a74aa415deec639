/** Does what an operator's command says, and says what became of it. */
import { findByHandle, listOperators, type User } from "../../db/identity/users.ts";
import { openCurrency } from "../../db/ledger/currencies.ts";
import { setDayLimit, setFrozen } from "../../db/ledger/restrictions.ts";
import { listAudit } from "../../db/operators/audit.ts";
import {
  decideRequest,
  listPendingRequests,
  pendingRequestOf,
} from "../../db/operators/merchant-requests.ts";
import { setRole } from "../../db/operators/roles.ts";
import { isDone, type NotDone, type Verdict } from "../../db/operators/verdicts.ts";
import { formatMoney } from "../../lib/money.ts";
import { type CommandLine, OPERATOR_HELP } from "./command-line.ts";
import { EXIT } from "./exit-codes.ts";
import { fundAccount } from "./fund-account.ts";
import { nameFault } from "./name-fault.ts";
import type { Terminal } from "./terminal.ts";

/** More than anybody decides in one sitting. */
const REQUESTS_SHOWN_MAX = 200;

/** Why nothing was done, as a sentence about `who`. */
const NOT_DONE: Record<NotDone, (who: string) => string> = {
  not_operator: () => "You are no operator (any more), or are frozen.",
  self: () => "Nobody does this to themselves: ask another operator.",
  unknown_user: (who) => `There is no @${who}.`,
  unknown_account: (who) =>
    `@${who} has no account in this currency: open it (npm run operator -- currency), and let them sign in once.`,
  unknown_request: (who) => `@${who} has not asked to be a merchant.`,
  name_taken: () =>
    "A merchant or operator has this name, or one that reads like it: agree on another (--name).",
  handle_taken: (who) =>
    `@${who} reads like the handle of another merchant or operator, and handles do not change.`,
  not_payer: (who) => `@${who} is a merchant or an operator already.`,
  decided: () => "This request was decided otherwise before.",
  person_frozen: (who) => `@${who} is frozen altogether: unfreeze them, without --currency.`,
};

/** Runs a command as whom it says, or as the only operator. Returns the exit code. Throws OutcomeUnknown. */
export async function runCommand({ command, as }: CommandLine, terminal: Terminal): Promise<number> {
  if (command.name === "help") {
    terminal.say(OPERATOR_HELP);
    return EXIT.done;
  }
  // Whoever asks what became of an intent is told, also where they are no operator any more.
  const isRepeated =
    (command.name === "credit" || command.name === "debit") && command.intentId !== undefined;
  const actor = await actorOf(as, isRepeated, terminal);
  if (!actor) return EXIT.notDone;
  switch (command.name) {
    case "requests":
      return sayRequests(terminal);
    case "audit":
      return sayAudit(command.limit, terminal);
    case "currency": {
      const { code, dayLimitMinor, reason } = command;
      const verdict = await openCurrency(actor.id, code, dayLimitMinor, reason);
      return say(verdict, code, `${code} is open${limitWords(dayLimitMinor, code)}.`, terminal);
    }
    default:
      break;
  }
  const user = await findByHandle(command.handle);
  if (!user) {
    // Nothing of money, which was not looked at: an intent may have paid somebody whose handle was typed rightly then.
    terminal.complain(`Not done. ${NOT_DONE.unknown_user(command.handle)} Nothing was changed by this.`);
    return EXIT.notDone;
  }
  const { reason, handle } = command;
  switch (command.name) {
    case "credit":
    case "debit":
      return fundAccount(actor, user, command, terminal);
    case "merchant": {
      const name = command.businessName ?? user.name;
      const verdict =
        (await nameFault(name, user)) ??
        (await setRole({ actorId: actor.id, user, role: "merchant", name, reason }));
      return say(verdict, handle, `@${handle} is a merchant: ${name}.`, terminal);
    }
    case "role": {
      const fault = command.role === "operator" ? await nameFault(user.name, user) : undefined;
      const verdict = fault ?? (await setRole({ actorId: actor.id, user, role: command.role, reason }));
      return say(
        verdict,
        handle,
        `@${handle} is ${command.role === "payer" ? "a payer" : "an operator"}.`,
        terminal,
      );
    }
    case "approve":
    case "decline": {
      const request = await pendingRequestOf(user.id);
      if (!request) return say("unknown_request", handle, "", terminal);
      const isApproved = command.name === "approve";
      const fault = isApproved ? await nameFault(request.businessName, user) : undefined;
      const verdict = fault ?? (await decideRequest(actor.id, request, isApproved, reason));
      const outcome = isApproved
        ? `@${handle} is a merchant: ${request.businessName}.`
        : `@${handle} was told no.`;
      return say(verdict, handle, outcome, terminal);
    }
    case "limit": {
      const { code, dayLimitMinor } = command;
      const verdict = await setDayLimit(
        { actorId: actor.id, userId: user.id, currency: code, reason },
        dayLimitMinor,
      );
      const limit =
        dayLimitMinor === null
          ? "without a daily limit"
          : `up to ${formatMoney(dayLimitMinor, code, "en")} a day`;
      return say(verdict, handle, `@${handle} pays from their ${code} account ${limit}.`, terminal);
    }
    case "freeze":
    case "unfreeze": {
      const isFrozen = command.name === "freeze";
      const restriction = { actorId: actor.id, userId: user.id, currency: command.code, reason };
      const what = command.code === undefined ? `@${handle}` : `The ${command.code} account of @${handle}`;
      const state = isFrozen ? "is frozen: it pays nothing and is paid nothing" : "is not frozen";
      return say(await setFrozen(restriction, isFrozen), handle, `${what} ${state}.`, terminal);
    }
    default:
      return command satisfies never;
  }
}

/** The operator who acts; or who was one, where `orFormer`. Says so where that is nobody, or not clear. */
async function actorOf(
  as: string | undefined,
  orFormer: boolean,
  { complain }: Terminal,
): Promise<User | undefined> {
  const operators = await listOperators();
  if (as === undefined) {
    const [only, ...others] = operators;
    if (only && others.length === 0) return only;
    complain(
      only
        ? `Not done. Say who acts: --as ${operators.map(({ handle }) => handle).join(" or --as ")}.`
        : "Not done. There is no operator yet: npm run setup makes the first.",
    );
    return undefined;
  }
  const found = await findByHandle(as);
  if (found && (found.role === "operator" || orFormer)) return found;
  complain(`Not done. @${as} is no operator. Nothing was changed by this.`);
  return undefined;
}

function say(verdict: Verdict, who: string, outcome: string, terminal: Terminal): number {
  if (isDone(verdict)) {
    terminal.say(verdict === "unchanged" ? `${outcome} It was so already; nothing was changed.` : outcome);
    return EXIT.done;
  }
  terminal.complain(`Not done. ${NOT_DONE[verdict](who)} Nothing was changed.`);
  return EXIT.notDone;
}

function limitWords(dayLimitMinor: bigint | null | undefined, code: string): string {
  if (dayLimitMinor === undefined) return "";
  return dayLimitMinor === null
    ? "; new accounts have no daily limit"
    : `; new accounts pay up to ${formatMoney(dayLimitMinor, code, "en")} a day`;
}

async function sayRequests({ say }: Terminal): Promise<number> {
  const requests = await listPendingRequests(REQUESTS_SHOWN_MAX);
  if (requests.length === 0) say("Nobody waits.");
  for (const { handle, businessName, sells, createdAt } of requests) {
    say(
      `@${handle}  ${businessName}  (${createdAt.toISOString()})\n    sells: ${sells.replaceAll(/\s+/g, " ")}`,
    );
  }
  return EXIT.done;
}

async function sayAudit(limit: number, { say }: Terminal): Promise<number> {
  const entries = await listAudit(limit);
  if (entries.length === 0) say("Nothing was done yet.");
  for (const { at, actor, action, subject, reason, before, after } of entries) {
    say(`${at.toISOString()}  @${actor}  ${action}  ${subject}  "${reason}"`);
    if (before !== null || after !== null) say(`    ${JSON.stringify(before)} -> ${JSON.stringify(after)}`);
  }
  return EXIT.done;
}
