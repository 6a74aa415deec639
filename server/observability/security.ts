/** Security events, told: each to the log and the metrics, with user and address; what was refused to the database, too. */
import type { Origin } from "@/db/identity/credentials";
import type { SecurityChange, SecurityRefusal } from "@/db/security/kinds";
import { recordRefusal } from "@/db/security/record";
import { shownAddressOf } from "../http/node-server/client-address.ts";
import { log } from "./log.ts";
import { countSecurityEvent } from "./metrics.ts";

type About = {
  userId?: string | undefined;
  /** Whom the sender named: their id is looked up on the side, and the address is neither logged nor kept. */
  email?: string | undefined;
  /** A word of ours about it, such as the route; no text that a client has sent. */
  detail?: string | undefined;
  requestId?: string | undefined;
};

/** Where a request comes from, for statements that write an event (db/security/events.sql). */
export function originOf(headers: Pick<Headers, "get">): Origin {
  return { address: shownAddressOf(headers), userAgent: headers.get("user-agent") ?? "" };
}

/**
 * Tells of something that was refused: counted in the database within a second or so, however many there are
 * (db/security/record.ts). Returns at once and never throws: the refusal itself waits for nothing.
 */
export function noteRefusal(kind: SecurityRefusal, headers: Pick<Headers, "get">, about: About = {}): void {
  const { address, userAgent } = originOf(headers);
  const { userId, email, detail, requestId } = about;
  log.warn({ event: kind, requestId, user: userId, address, detail }, "refused");
  countSecurityEvent(kind);
  recordRefusal({ kind, userId, email, address: address || undefined, userAgent, detail });
}

/** Tells of something that was changed, from there; its statement has written the event. */
export function noteChange(
  kind: SecurityChange,
  { address }: Origin,
  about: Omit<About, "email"> = {},
): void {
  const { userId, detail, requestId } = about;
  log.info({ event: kind, requestId, user: userId, address, detail }, "security");
  countSecurityEvent(kind);
}
