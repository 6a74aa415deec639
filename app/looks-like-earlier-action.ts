"use server";

import { z } from "zod";
import type { ProblemName } from "@/lib/api/problems";
import { purpose, uuid } from "@/lib/api/requests";
import type { PayQuestion } from "@/lib/pay/state";
import { authorizeAction } from "@/server/identity/authorize";
import { asksBeforePress } from "@/server/pay/question";

const question = z.object({
  userId: uuid,
  purpose,
  payload: z.record(z.string(), z.string()),
  beside: z.object({ despite: z.string().optional() }),
});

/**
 * Whether what is about to be paid may be what the payer has paid in another window since, or is paying there now, and that
 * the page did not ask about. Looks only. Whoever may not ask is told why not; their press is answered by the payment itself.
 */
export async function looksLikeEarlier(asked: PayQuestion): Promise<boolean | ProblemName> {
  const parsed = question.safeParse(asked);
  const authorization = await authorizeAction("looksLikeEarlier", parsed.data?.userId);
  if (!authorization.ok) return authorization.problem === "other-user" ? false : authorization.problem;
  if (!parsed.success) return false;
  const { userId, purpose: wanted, payload, beside } = parsed.data;
  return asksBeforePress(userId, wanted, payload, beside.despite);
}
