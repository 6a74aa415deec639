/**
 * A cut through a history: one place in each of its sequences, below which everything is older and from which on everything
 * is newer. A page lies between two cuts. Nothing is ever inserted into a sequence, so that what arrives meanwhile lies
 * beyond every cut that there was.
 */
import type { DeclinePlace } from "./decline-stream.ts";

/** By account its first version that is newer; an account without one was not there yet: all of it is newer. */
export type Cut = { versions: ReadonlyMap<string, bigint>; declined: DeclinePlace };

/** A cut has a place in each account, of which there are as many as currencies. */
const CUT_MAX_LENGTH = 4_000;
const PLACE = /^([A-Z]{3})(0|[1-9][0-9]{0,18})$/;
const DECLINED = /^(\d{1,15})\.([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;
/** The last instant that has a year of four digits. */
const LAST_INSTANT_MS = 253_402_300_799_999;

/** Writes a cut down for an address, its accounts by their currencies. Opaque, so that nobody comes to rely on what is in it. */
export function writeCut({ versions, declined }: Cut, currencies: ReadonlyMap<string, string>): string {
  const places = [...versions].flatMap(([id, version]) => {
    const currency = currencies.get(id);
    // One that was opened since `currencies` were read has no place yet.
    return currency === undefined ? [] : [`${currency}${version}`];
  });
  return Buffer.from([`${declined.at.getTime()}.${declined.id}`, ...places].join(" ")).toString("base64url");
}

/** The cut that `written` stands for; undefined unless `writeCut` wrote it, or could have. `accounts`: by their currencies. */
export function readCut(written: string, accounts: ReadonlyMap<string, string>): Cut | undefined {
  if (written.length > CUT_MAX_LENGTH) return undefined;
  const [first = "", ...places] = Buffer.from(written, "base64url").toString("latin1").split(" ");
  const [, atMs = "", id = ""] = DECLINED.exec(first) ?? [];
  if (id === "" || Number(atMs) > LAST_INSTANT_MS) return undefined;
  const versions = new Map<string, bigint>();
  for (const place of places) {
    const [, currency = "", version = ""] = PLACE.exec(place) ?? [];
    const accountId = accounts.get(currency);
    if (version === "" || BigInt(version) > 9_223_372_036_854_775_807n) return undefined;
    // An account that is not theirs has no history to read; they may be looking at somebody else's address.
    if (accountId !== undefined) versions.set(accountId, BigInt(version));
  }
  return { versions, declined: { at: new Date(Number(atMs)), id } };
}
