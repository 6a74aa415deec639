/** What settling is measured against: what a good developer would write by hand, and what the database can do at best. */
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { and, eq, inArray, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { schema } from "../db/connection/client.ts";
import type { SettlementEntry } from "../db/payments/settlement.ts";
import { idempotencyKeys } from "../db/schema/idempotency-keys.ts";
import { ledgerAccounts, ledgerTransfers } from "../db/schema/ledger.ts";
import { payments } from "../db/schema/payments.ts";

/** The usual size of an application's pool; more connections only wait for each other's locks. */
const RIVAL_CONNECTIONS = 16;

export type ByHand = { pay(entry: SettlementEntry, purposeId: string): Promise<void>; end(): Promise<void> };

/**
 * An interactive Drizzle transaction of five statements: claim the key, lock both accounts in order, write the payment
 * and the transfer, update the accounts. Correct as long as no connection dies in the middle.
 */
export function byHand(ownerUrl: string): ByHand {
  const client = postgres(ownerUrl, { max: RIVAL_CONNECTIONS, onnotice: () => {} });
  const db = drizzle(client, { schema });
  return {
    pay: (entry, purposeId) =>
      db.transaction(async (tx) => {
        const [debitId, creditId, amount] = [entry.debitAccountId, entry.creditAccountId, entry.amountMinor];
        if (debitId === null || creditId === null || amount === null || entry.currency === null)
          throw new Error("Bug: a bench entry lacks something.");
        const claimed = await tx
          .delete(idempotencyKeys)
          .where(and(eq(idempotencyKeys.userId, entry.userId), eq(idempotencyKeys.key, entry.key)))
          .returning({ key: idempotencyKeys.key });
        if (claimed.length === 0) throw new Error("The key is not open.");
        const accounts = await tx
          .select()
          .from(ledgerAccounts)
          .where(inArray(ledgerAccounts.id, [debitId, creditId]))
          .orderBy(ledgerAccounts.id)
          .for("update");
        const debit = accounts.find((account) => account.id === debitId);
        const credit = accounts.find((account) => account.id === creditId);
        if (!debit || !credit || debit.balanceMinor < amount) throw new Error("Insufficient funds.");
        const now = new Date();
        await tx.insert(payments).values({
          userId: entry.userId,
          id: entry.key,
          kind: "transfer",
          purposeId,
          status: "succeeded",
          amountMinor: amount,
          currency: entry.currency,
          payerAccountId: debitId,
          payeeAccountId: creditId,
          requestHash: entry.requestHash,
          renderer: entry.renderer,
          settledAt: now,
        });
        await tx.insert(ledgerTransfers).values({
          id: entry.key,
          debitAccountId: debitId,
          creditAccountId: creditId,
          amountMinor: amount,
          currency: entry.currency,
          debitBalanceMinor: debit.balanceMinor - amount,
          debitVersion: debit.version + 1n,
          creditBalanceMinor: credit.balanceMinor + amount,
          creditVersion: credit.version + 1n,
          createdAt: now,
        });
        await tx
          .update(ledgerAccounts)
          .set({
            balanceMinor: sql`${ledgerAccounts.balanceMinor} + case when ${ledgerAccounts.id} = ${debitId} then ${(-amount).toString()}::bigint else ${amount.toString()}::bigint end`,
            version: sql`${ledgerAccounts.version} + 1`,
          })
          .where(inArray(ledgerAccounts.id, [debitId, creditId]));
      }),
    async end() {
      await client.end({ timeout: 5 });
    },
  };
}

/** One row, committed durably: the least that a payment which is kept can cost. */
export function bareInsert(ownerUrl: string): { insert(): Promise<void>; end(): Promise<void> } {
  const client = postgres(ownerUrl, { max: RIVAL_CONNECTIONS, onnotice: () => {} });
  return {
    async insert() {
      await client`insert into bench_bare (id, amount_minor) values (${randomUUID()}, 1)`;
    },
    async end() {
      await client.end({ timeout: 5 });
    },
  };
}

/** pgbench's script like TPC-B on one branch, so as hot as ours; transactions a second, or nothing where it is not installed. */
export function pgbench(adminUrl: string, clients: number, seconds: number): number | undefined {
  const url = new URL(adminUrl);
  const env = { ...process.env, PGPASSWORD: decodeURIComponent(url.password) };
  const where = ["-h", url.hostname, "-p", url.port, "-U", url.username];
  const database = "once_bench_tpcb";
  const run = (program: string, ...args: string[]) => spawnSync(program, args, { env, encoding: "utf8" });
  if (run("pgbench", "--version").error) return undefined;
  run("dropdb", ...where, "--if-exists", database);
  if (run("createdb", ...where, database).status !== 0) return undefined;
  run("pgbench", "-i", "-q", "-s", "1", ...where, database);
  const { stdout } = run("pgbench", "-n", "-c", String(clients), "-T", String(seconds), ...where, database);
  run("dropdb", ...where, "--if-exists", database);
  const tps = /tps = ([0-9.]+)/.exec(stdout ?? "");
  return tps ? Number(tps[1]) : undefined;
}
