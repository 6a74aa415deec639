/**
 * Ways through the books in slices. Each slice is one statement with a snapshot of its own, so nothing is held back for
 * longer than it takes. What a slice compares, one transaction has written together; so it is right in every snapshot,
 * whatever is paid meanwhile, and a row that a slice returns is wrong.
 */
import type { Inspection } from "./inspection.ts";

/** A column of UUIDs, with an index, that is walked: `table.column`, and a condition that an index of it has. */
export type Ids = { table: string; column: string; where?: string };

const FIRST_ID = "00000000-0000-0000-0000-000000000000";
const LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/** The id that follows `id`, or undefined after the last. */
function idAfter(id: string): string | undefined {
  if (id === LAST_ID) return undefined;
  const hex = (BigInt(`0x${id.replaceAll("-", "")}`) + 1n).toString(16).padStart(32, "0");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/**
 * Walks the ids of `sources` together: `text` sees all rows with ids from $1 to $2, both included, of whatever table. Slices
 * end where one source has had as many rows as a slice should have.
 */
export async function walkIds(inspection: Inspection, sources: readonly Ids[], text: string): Promise<void> {
  let from: string | undefined = FIRST_ID;
  const ends = sources.map(
    ({ table, column, where }) =>
      `(select ${column} as id from ${table} where ${column} >= $1 ${where ? `and ${where}` : ""} order by ${column} offset $2 limit 1)`,
  );
  while (from !== undefined && !inspection.isEnough) {
    const [end]: { id: string }[] = await inspection.look<{ id: string }>(
      `select id from (${ends.join("\nunion all ")}) ends order by id limit 1`,
      [from, inspection.rowsMax],
    );
    const to = end?.id ?? LAST_ID;
    await inspection.find(text, [from, to]);
    from = idAfter(to);
  }
}

/** More accounts than a slice of entries mostly has. */
const ACCOUNTS_LISTED = 200;

/** How a check of accounts by their entries is cut. */
export type AccountSlices = {
  /** Whole accounts, with ids from $1 to $2. */
  accounts: string;
  /**
   * Of the account $1 the entries after version $2, up to version $3 (null: all of them). Called in order; `carried` is what the
   * call before returned.
   */
  part(
    inspection: Inspection,
    accountId: string,
    afterVersion: bigint,
    upTo: bigint | null,
    carried: Carried,
  ): Promise<Carried>;
};

/** What entries that were read already add up to. They never change, so it holds later. */
type Carried = { sumMinor: bigint; entries: bigint };

/**
 * Walks accounts with their entries: small accounts many at a time, and a large one, such as the house's, part by part along
 * its versions. An account that grows meanwhile has some entries more in its last part.
 */
export async function walkAccounts(inspection: Inspection, slices: AccountSlices): Promise<void> {
  let from: string | undefined = FIRST_ID;
  while (from !== undefined && !inspection.isEnough) {
    const listed: { id: string; version: bigint }[] = await inspection.look<{ id: string; version: bigint }>(
      `select id, version from ledger_accounts where id >= $1 order by id limit ${ACCOUNTS_LISTED}`,
      [from],
    );
    const first = listed[0];
    const entriesMax = BigInt(inspection.rowsMax);
    if (first !== undefined && first.version > entriesMax) {
      await walkLargeAccount(inspection, slices, first.id, first.version);
      from = idAfter(first.id);
      continue;
    }
    let sum = 0n;
    let to = LAST_ID;
    for (const [at, account] of listed.entries()) {
      sum += account.version;
      if (at > 0 && sum > entriesMax) break;
      to = at + 1 === ACCOUNTS_LISTED || at + 1 < listed.length ? account.id : LAST_ID;
    }
    await inspection.find(slices.accounts, [from, to]);
    from = idAfter(to);
  }
}

async function walkLargeAccount(
  inspection: Inspection,
  slices: AccountSlices,
  id: string,
  version: bigint,
): Promise<void> {
  let after = 0n;
  let carried: Carried = { sumMinor: 0n, entries: 0n };
  while (!inspection.isEnough) {
    const upTo = after + BigInt(inspection.rowsMax);
    const isLast = upTo >= version;
    carried = await slices.part(inspection, id, after, isLast ? null : upTo, carried);
    if (isLast) return;
    after = upTo;
  }
}

/** The journal before its first seal. */
export const JOURNAL_START = { position: "0", hash: "0".repeat(64) };

/** A seal: its position and its hash in hex. */
export type Seal = { position: string; hash: string };

/**
 * Walks the chain of seals after `from`, as far as it goes, and notes its first fault. What was sealed meanwhile is looked at as
 * well.
 */
export async function walkJournal(inspection: Inspection, from: Seal): Promise<void> {
  let at = from;
  for (;;) {
    const rowsMax = inspection.rowsMax;
    const [slice] = await inspection.read<{
      seals: number;
      lastPosition: bigint | null;
      lastHash: string | null;
      position: bigint | null;
      transferId: string | null;
      fault: string | null;
    }>(
      `select seals, last_position, encode(last_hash, 'hex') as last_hash, position, transfer_id, fault
         from verify_seals_slice_v1($1, decode($2, 'hex'), $3)`,
      [at.position, at.hash, rowsMax],
    );
    if (!slice) throw new Error("Bug: verify_seals_slice_v1 answered nothing.");
    const { position, transferId, fault, lastPosition, lastHash } = slice;
    // Only the first: what follows may only follow from it.
    if (fault !== null) return inspection.note([{ position, transfer_id: transferId, fault }]);
    if (slice.seals < rowsMax || lastPosition === null || lastHash === null) return;
    at = { position: lastPosition.toString(), hash: lastHash };
  }
}

/** How many seals an incremental run takes at a time: a payment and its neighbours are looked up for each. */
const SEALS_PER_SLICE_MAX = 1_000;

/** Calls `text` for the seals after position `from` up to `to`: it sees those from $1 to $2, both included. */
export async function walkSeals(
  inspection: Inspection,
  from: string,
  to: string,
  text: string,
): Promise<void> {
  let next = BigInt(from) + 1n;
  const last = BigInt(to);
  while (next <= last && !inspection.isEnough) {
    const upTo = next + BigInt(Math.min(inspection.rowsMax, SEALS_PER_SLICE_MAX)) - 1n;
    const end = upTo < last ? upTo : last;
    await inspection.find(text, [next.toString(), end.toString()]);
    next = end + 1n;
  }
}
