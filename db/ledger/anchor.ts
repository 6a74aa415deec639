/**
 * Anchors: a position of the journal and its hash, stored elsewhere. A superuser of the database can also make a whole new
 * chain; a chain that no longer contains an anchor is not the one it was taken from.
 */
import type postgres from "postgres";

export type Anchor = { position: string; hash: string };

/** Eighteen digits always fit into a `bigint`, and no journal comes near. The hash is SHA-256 in hex. */
const ANCHOR = /^(0|[1-9]\d{0,17}):([0-9a-f]{64})$/;

/** Reads `<position>:<hash>`. Undefined where `text` is no such thing. */
export function parseAnchor(text: string): Anchor | undefined {
  const [, position, hash] = ANCHOR.exec(text) ?? [];
  return position === undefined || hash === undefined ? undefined : { position, hash };
}

/** Writes an anchor as `parseAnchor` reads it. */
export function formatAnchor(anchor: Anchor): string {
  return `${anchor.position}:${anchor.hash}`;
}

/** The journal's head as an anchor. Taken before a verification, all that it stands for is verified. */
export async function journalHead(sql: postgres.Sql): Promise<Anchor> {
  const [head] = await sql<Anchor[]>`
    select position::text as position, encode(hash, 'hex') as hash from ledger_seal_head`;
  if (!head) throw new Error("The journal has no head: its row in ledger_seal_head is gone.");
  return head;
}

/** Whether the journal still has the anchor's hash at its position. Position 0 is before the first seal. */
export async function containsAnchor(sql: postgres.Sql, anchor: Anchor): Promise<boolean> {
  const [row] = await sql`
    select from ledger_seals where position = ${anchor.position} and hash = decode(${anchor.hash}, 'hex')
    union all
    select where ${anchor.position} = '0' and ${anchor.hash} = repeat('00', 32)`;
  return row !== undefined;
}
