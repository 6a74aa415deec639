"use server";

import { getLocale } from "next-intl/server";
import { findUser } from "@/db/identity/users";
import { setDayLimit, setFrozen } from "@/db/ledger/restrictions";
import { decideRequest, findRequest } from "@/db/operators/merchant-requests";
import { endSessionsOf, renamePerson as rename, revokeApiKeysOf } from "@/db/operators/people";
import { setRole } from "@/db/operators/roles";
import { type FormState, troubled } from "@/lib/form/form-state";
import { limitOf } from "@/lib/ops/acts";
import { formAction } from "@/server/http/form-action";
import { authorizeAction } from "@/server/identity/authorize";
import { whoOpened } from "@/server/identity/who-opened";
import { nameFault } from "@/server/operators/name-fault";
import { act } from "@/server/ops/act";

const pageOf = (userId: string) => `/ops/people/${userId}`;

/** Gives somebody another name. Their old receipts keep the one of when they were paid. */
export async function renamePerson(_previous: FormState, form: FormData): Promise<FormState> {
  return formAction(
    "renamePerson",
    async () =>
      act(await authorizeAction("renamePerson", whoOpened(form)), "rename", form, {
        async work(actorId, { userId, name, reason }) {
          const user = await findUser(userId);
          if (!user) return "unknown_user";
          const fault = await nameFault(name, user);
          // A handle that reads like another's is no fault of the name.
          return fault === "name_taken" ? fault : rename({ actorId, userId, reason }, name);
        },
        place: ({ userId }) => `${pageOf(userId)}?done=rename`,
        blames: { name_taken: "name" },
      }),
    (trouble) => troubled(form, trouble),
  );
}

/** Makes somebody a payer or a merchant, under a name that nobody else can be taken for. */
export async function setPersonRole(_previous: FormState, form: FormData): Promise<FormState> {
  return formAction(
    "setPersonRole",
    async () =>
      act(await authorizeAction("setPersonRole", whoOpened(form)), "role", form, {
        async work(actorId, { userId, role, name, reason }) {
          const user = await findUser(userId);
          if (!user) return "unknown_user";
          const fault = role === "payer" ? undefined : await nameFault(name, user);
          return fault ?? setRole({ actorId, user, role, name, reason });
        },
        place: ({ userId }) => `${pageOf(userId)}?done=role`,
        blames: { name_taken: "name" },
      }),
    (trouble) => troubled(form, trouble),
  );
}

/** Freezes somebody, or one of their accounts, or takes that back. */
export async function freezePerson(_previous: FormState, form: FormData): Promise<FormState> {
  return formAction(
    "freezePerson",
    async () =>
      act(await authorizeAction("freezePerson", whoOpened(form)), "freeze", form, {
        work: (actorId, { to, ...of }) => setFrozen({ actorId, ...of }, to === "frozen"),
        place: ({ userId, to }) => `${pageOf(userId)}?done=${to}`,
      }),
    (trouble) => troubled(form, trouble),
  );
}

/** Bounds what may leave one of somebody's accounts in a day. */
export async function setPersonDayLimit(_previous: FormState, form: FormData): Promise<FormState> {
  return formAction(
    "setPersonDayLimit",
    async () =>
      act(await authorizeAction("setPersonDayLimit", whoOpened(form)), "limit", form, {
        async work(actorId, value) {
          const limit = limitOf(value, await getLocale());
          if (limit === undefined) throw new Error("Bug: a limit that was refused is used.");
          const { userId, currency, reason } = value;
          return setDayLimit({ actorId, userId, currency, reason }, limit);
        },
        place: ({ userId }) => `${pageOf(userId)}?done=limit`,
      }),
    (trouble) => troubled(form, trouble),
  );
}

/** Signs somebody out: of one browser, or of all. */
export async function endPersonSessions(_previous: FormState, form: FormData): Promise<FormState> {
  return formAction(
    "endPersonSessions",
    async () =>
      act(await authorizeAction("endPersonSessions", whoOpened(form)), "sessions", form, {
        work: (actorId, { sessionId, ...of }) => endSessionsOf({ actorId, ...of }, sessionId),
        place: ({ userId }) => `${pageOf(userId)}?done=sessions`,
      }),
    (trouble) => troubled(form, trouble),
  );
}

/** Revokes one of somebody's API keys, or all. */
export async function revokePersonApiKeys(_previous: FormState, form: FormData): Promise<FormState> {
  return formAction(
    "revokePersonApiKeys",
    async () =>
      act(await authorizeAction("revokePersonApiKeys", whoOpened(form)), "apiKeys", form, {
        work: (actorId, { keyId, ...of }) => revokeApiKeysOf({ actorId, ...of }, keyId),
        place: ({ userId }) => `${pageOf(userId)}?done=keys`,
      }),
    (trouble) => troubled(form, trouble),
  );
}

/** Decides, once, whether somebody becomes a merchant under the name that they asked for. */
export async function decideMerchantRequest(_previous: FormState, form: FormData): Promise<FormState> {
  return formAction(
    "decideMerchantRequest",
    async () =>
      act(await authorizeAction("decideMerchantRequest", whoOpened(form)), "decide", form, {
        async work(actorId, { requestId, to, reason }) {
          const request = await findRequest(requestId);
          if (!request) return "unknown_request";
          const isApproved = to === "approved";
          const { userId: id, handle, businessName, state } = request;
          const fault =
            isApproved && state === "pending" ? await nameFault(businessName, { id, handle }) : undefined;
          return fault ?? decideRequest(actorId, request, isApproved, reason);
        },
        async place({ requestId, to }) {
          const request = await findRequest(requestId);
          return request ? `${pageOf(request.userId)}?done=${to}` : "/ops/people";
        },
      }),
    (trouble) => troubled(form, trouble),
  );
}
