/** The filters of the sales, as an address may have them. */
import { expect, it } from "vitest";
import { salesFilterOf } from "./sales-query.ts";

it.each(["Etc/GMT+12", "UTC", "Pacific/Kiritimati"])(
  "in %s every day that is taken is one that PostgreSQL takes",
  (zone) => {
    for (const day of ["0001-01-01", "1000-01-01", "1969-12-31", "1970-01-01", "9999-12-30", "9999-12-31"]) {
      const { filter } = salesFilterOf({ from: day, to: day }, zone);
      // Date writes years of more than four figures with a sign, which PostgreSQL does not read.
      for (const instant of [filter.from, filter.until])
        expect(instant?.toISOString() ?? "").toMatch(/^(?:\d{4}-.*)?$/);
    }
    expect(salesFilterOf({ to: "9999-12-30" }, zone).filter.until).toBeInstanceOf(Date);
  },
);
