/**
 * The driver counts the rows of a result per connection, and resets the count only where a result is complete
 * (porsager/postgres #1119, #1181). After one that broke off, by an error between two rows or by a lost connection, the next
 * result on that connection begins with as many empty elements: code that takes the first row finds none, and concludes that
 * the account, the session or the payment does not exist. They are removed here.
 * Shown by findings/postgres-js-empty-places-after-an-error.sh.
 */
import type { Sql } from "./sql.ts";

/** `sql`, with results that begin with their first row. */
export function dropEmptyRows(sql: Sql): Sql {
  const unsafe = (...args: Parameters<Sql["unsafe"]>) => dropping(sql.unsafe(...args));
  return new Proxy(sql, {
    apply: (_sql, _this, args) => dropping(Reflect.apply(sql, undefined, args)),
    get: (_sql, name) => (name === "unsafe" ? unsafe : Reflect.get(sql, name)),
  });
}

/** A query is a promise that the driver resolves through its `resolve`; whatever else `sql` makes is left as it is. */
function dropping<Q>(query: Q): Q {
  if (!(query instanceof Promise) || !("resolve" in query) || typeof query.resolve !== "function")
    return query;
  const resolve = query.resolve;
  return Object.assign(query, {
    resolve(rows: unknown) {
      if (Array.isArray(rows) && rows.length > 0 && !(0 in rows))
        rows.splice(0, Number(Object.keys(rows)[0]));
      resolve(rows);
    },
  });
}
