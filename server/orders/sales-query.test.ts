/** The filters of the sales, as an address may have them. */
import { expect, it } from "vitest";
import { parseSalesQuery, salesFilterOf } from "./sales-query.ts";

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

it.each([
  "from=yesterday",
  "to=2026-02-30",
  "currency=ZZZ",
  "status=paid",
  "from=2026-03-02&from=2026-03-03",
  "from=2026-03-03&to=2026-03-02",
])("a file of %s is not made: it would be of every sale", (query) => {
  expect(parseSalesQuery(new URLSearchParams(query)).ok).toBe(false);
});

it("what the page's form sends is taken, empty fields too", () => {
  for (const query of ["", "q=&from=&to=&currency=", "q=tea&from=2026-03-01&to=2026-03-01&currency=USD"])
    expect(parseSalesQuery(new URLSearchParams(query)).ok).toBe(true);
});
