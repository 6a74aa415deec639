import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";

const { DATABASE_URL = "" } = process.env;
// With the driver's own pool of ten connections, as Drizzle's documentation opens it.
const client = postgres(DATABASE_URL);
export const db = drizzle({ client, casing: "snake_case" });
export type Transaction = Parameters<Parameters<typeof db.transaction>[0]>[0];
