/** The currencies that this service serves: an operator opens one, and from then on everybody has an account in it. */
import { sql } from "drizzle-orm";
import { check, pgTable, uuid } from "drizzle-orm/pg-core";
import { currencyCode, instant, minorUnits } from "./columns.ts";

export const currencies = pgTable(
  "currencies",
  {
    code: currencyCode("code").primaryKey(),
    /** The account that money enters and leaves the service by. It has no owner and no floor. */
    houseAccountId: uuid("house_account_id").notNull(),
    /** What an account opened from now on lets out in a UTC day by orders and transfers. Null means no limit. */
    dayLimitMinor: minorUnits("day_limit_minor"),
    openedAt: instant("opened_at").notNull(),
  },
  (table) => [
    check("currencies_code_form", sql`${table.code} ~ '^[A-Z]{3}$'`),
    check("currencies_day_limit_not_negative", sql`${table.dayLimitMinor} >= 0`),
  ],
);
