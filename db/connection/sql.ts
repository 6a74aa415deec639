/** A pool of the driver whose 64-bit integers arrive as BigInt. */
import type postgres from "postgres";

export type Sql = postgres.Sql<{ bigint: bigint }>;
