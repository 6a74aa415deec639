/** Who asks to be a merchant, and what became of it. */
import { and, asc, desc, eq } from "drizzle-orm";
import { skeletonOf } from "../../lib/text/reserved-names.ts";
import { database } from "../connection/client.ts";
import { untilKnown } from "../execution/until-known.ts";
import { users } from "../schema/auth.ts";
import { merchantRequests } from "../schema/operators.ts";
import { type Verdict, verdictOf } from "./verdicts.ts";

export type MerchantRequest = {
  id: string;
  userId: string;
  handle: string;
  businessName: string;
  sells: string;
  state: "pending" | "approved" | "declined";
  /** What the operator said, where it is decided. */
  decisionReason: string | null;
  decidedAt: Date | null;
  createdAt: Date;
};

const columns = {
  id: merchantRequests.id,
  userId: merchantRequests.userId,
  handle: users.handle,
  businessName: merchantRequests.businessName,
  sells: merchantRequests.sells,
  state: merchantRequests.state,
  decisionReason: merchantRequests.decisionReason,
  decidedAt: merchantRequests.decidedAt,
  createdAt: merchantRequests.createdAt,
};

/** `made` and `found` (this very request is there): it waits. `pending`: another one of theirs does. */
export type Requested = "made" | "found" | "pending" | "not_payer";

/** Stores a request, once for each `id` and one that waits for each user, however often it is sent. */
export async function requestMerchant(
  id: string,
  userId: string,
  wanted: { businessName: string; sells: string },
): Promise<Requested> {
  const [row] = await untilKnown(
    "keys",
    (sql) => sql<{ verdict: Requested }[]>`
      select request_merchant_v1(${id}, ${userId}, ${wanted.businessName}, ${wanted.sells}) as verdict`,
  );
  if (!row) throw new Error("Bug: request_merchant_v1 answered nothing.");
  return row.verdict;
}

/** The user's latest request. */
export async function latestRequestOf(userId: string): Promise<MerchantRequest | undefined> {
  const [request] = await select()
    .where(eq(merchantRequests.userId, userId))
    .orderBy(desc(merchantRequests.createdAt), desc(merchantRequests.id))
    .limit(1);
  return request;
}

/** The user's request that waits. */
export async function pendingRequestOf(userId: string): Promise<MerchantRequest | undefined> {
  const [request] = await select().where(
    and(eq(merchantRequests.userId, userId), eq(merchantRequests.state, "pending")),
  );
  return request;
}

/** What a user has asked, newest first. */
export function listRequestsOf(userId: string, limit: number): Promise<MerchantRequest[]> {
  return select()
    .where(eq(merchantRequests.userId, userId))
    .orderBy(desc(merchantRequests.createdAt), desc(merchantRequests.id))
    .limit(limit);
}

/** A request, whosesoever. */
export async function findRequest(id: string): Promise<MerchantRequest | undefined> {
  const [request] = await select().where(eq(merchantRequests.id, id));
  return request;
}

/** The requests that wait, oldest first. */
export function listPendingRequests(limit: number): Promise<MerchantRequest[]> {
  return select()
    .where(eq(merchantRequests.state, "pending"))
    .orderBy(asc(merchantRequests.createdAt), asc(merchantRequests.id))
    .limit(limit);
}

/** Approves or declines a request, once. Approving makes its user a merchant under the name that they asked for. */
export function decideRequest(
  actorId: string,
  { id, businessName, handle }: MerchantRequest,
  isApproved: boolean,
  reason: string,
): Promise<Verdict> {
  return verdictOf(
    (sql) => sql<{ verdict: string }[]>`
      select decide_merchant_request_v1(${actorId}, ${id}, ${isApproved}, ${skeletonOf(businessName)}, ${skeletonOf(handle)},
                                        ${reason}) as verdict`,
  );
}

function select() {
  return database()
    .reading.select(columns)
    .from(merchantRequests)
    .innerJoin(users, eq(users.id, merchantRequests.userId))
    .$dynamic();
}
