/** Statements that several callers share: what is odd about one's input may not become the others' failure. */
import { failureCode } from "./payments/failures.ts";

/**
 * What Postgres says of what is in a statement, and would say again: text that it cannot read or hold (22), two rows where
 * one was to be (21), more than it can take (54). Whatever else goes wrong, goes wrong for all.
 */
const ABOUT_INPUT = /^(21|22|54)[0-9A-Z]{3}$/;

/**
 * Has `send` answer all at once, in their order. Where that fails for what somebody asked, each half is sent by itself, and
 * so on, until those to blame stand alone with their failure. Throws what is nobody's fault.
 */
export async function divided<Asked, Found>(
  asked: readonly Asked[],
  send: (asked: readonly Asked[]) => Promise<readonly Found[]>,
): Promise<PromiseSettledResult<Found>[]> {
  try {
    const found = await send(asked);
    if (found.length !== asked.length) throw new Error("Bug: a read has other answers than were asked for.");
    return found.map((value) => ({ status: "fulfilled", value }));
  } catch (reason) {
    if (!ABOUT_INPUT.test(failureCode(reason) ?? "")) throw reason;
    if (asked.length === 1) return [{ status: "rejected", reason }];
    const half = asked.length >> 1;
    return [...(await divided(asked.slice(0, half), send)), ...(await divided(asked.slice(half), send))];
  }
}
