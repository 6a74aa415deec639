/**
 * After the database's files were restored from a snapshot or a copy, and before it serves requests: nothing inside
 * distinguishes such a copy from its original, so its keys are voided, and its journal goes on in its own numbering.
 */
import { sealAtStart } from "../ledger/seal.ts";
import { connectAsOwner } from "./migrate.ts";

export type AfterRestore = { keysVoided: number; transfersSealed: number };

/**
 * Voids every open key, and seals every transfer that has no seal, as the role of `ownerUrl`, which owns the tables. Safe to
 * do again, and safe where nothing was restored: a payer gets a new key for the same purpose. Throws where the database
 * cannot be reached or has no schema of ours.
 */
export async function afterRestore(ownerUrl: string): Promise<AfterRestore> {
  const sql = connectAsOwner(ownerUrl);
  try {
    const [row] = await sql<{ voided: number }[]>`select void_open_keys() as voided`;
    await sql`select journal_was_restored()`;
    return { keysVoided: row?.voided ?? 0, transfersSealed: await sealAtStart(ownerUrl) };
  } finally {
    await sql.end({ timeout: 5 });
  }
}
