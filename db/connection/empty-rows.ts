/**
 * The driver counts the rows of an answer for each connection, and begins anew only where an answer is complete
 * (porsager/postgres #1119, #1181). After one that broke off, by an error between two rows or by a connection that was
 * lost, the next answer on that connection has as many empty places before its rows: whoever takes its first row finds
 * none, and believes that the account, the session or the payment is not there. Here those places are taken away again.
 * Shown by findings/postgres-js-empty-places-after-an-error.sh.
 */
import type { Sql } from "./sql.ts";

/** `sql`, with answers that begin with their first row. */
export function withWholeRows(sql: Sql): Sql {
  const unsafe = (...args: Parameters<Sql["unsafe"]>) => closingUp(sql.unsafe(...args));
  return new Proxy(sql, {
    apply: (_sql, _this, args) => closingUp(Reflect.apply(sql, undefined, args)),
    get: (_sql, name) => (name === "unsafe" ? unsafe : Reflect.get(sql, name)),
  });
}

/** A query is a promise that the driver resolves through its `resolve`; whatever else `sql` makes is left as it is. */
function closingUp<Q>(query: Q): Q {
  if (!(query instanceof Promise) || !("resolve" in query) || typeof query.resolve !== "function")
    return query;
  const resolve = query.resolve;
  return Object.assign(query, {
    resolve(answer: unknown) {
      if (Array.isArray(answer) && answer.length > 0 && !(0 in answer))
        answer.splice(0, Number(Object.keys(answer)[0]));
      resolve(answer);
    },
  });
}
