/** What the servers saw, minute by minute: for charts. Best effort, and nothing is decided from it. */
import { jsonb, pgTable, primaryKey, uuid } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

export const serviceMinutes = pgTable(
  "service_minutes",
  {
    /** The minute's beginning, by the server's clock. */
    minute: instant("minute").notNull(),
    /** One process, from its start to its end. */
    server: uuid("server").notNull(),
    /** How often each thing was seen, by its name (db/service/minute.ts); added up over servers and minutes. */
    counts: jsonb("counts").$type<Record<string, number>>().notNull(),
    /** How much of something there was, at most; of several servers and minutes the largest. */
    levels: jsonb("levels").$type<Record<string, number>>().notNull(),
  },
  (table) => [primaryKey({ name: "service_minutes_pkey", columns: [table.minute, table.server] })],
);
