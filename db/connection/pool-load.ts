/** How busy a pool is: the driver does not say, so its statements are counted from when they are sent until they are answered. */
import type { Sql } from "./sql.ts";

/** One statement occupies one connection (ONE_AT_A_TIME in pool.ts), so more than there are connections wait. */
export type PoolLoad = { connectionsMax: number; inUse: number; waiting: number };

/** `sql`, with its statements counted, and how many are under way. */
export function countStatements(sql: Sql): { sql: Sql; underWay(): number } {
  let underWay = 0;
  /** The driver hands a query to `handler` when somebody waits for it, and ends it by `resolve` or `reject`. */
  const counted = <Q>(query: Q): Q => {
    if (!isQuery(query)) return query;
    const { handler, resolve, reject } = query;
    let isUnderWay = false;
    const end = () => {
      if (isUnderWay) underWay -= 1;
      isUnderWay = false;
    };
    return Object.assign(query, {
      handler: Object.assign((sent: unknown) => {
        isUnderWay = true;
        underWay += 1;
        return handler(sent);
      }, handler),
      resolve(rows: unknown) {
        end();
        resolve(rows);
      },
      reject(error: unknown) {
        end();
        reject(error);
      },
    });
  };
  const unsafe = (...args: Parameters<Sql["unsafe"]>) => counted(sql.unsafe(...args));
  const counting = new Proxy(sql, {
    apply: (_sql, _this, args) => counted(Reflect.apply(sql, undefined, args)),
    get: (_sql, name) => (name === "unsafe" ? unsafe : Reflect.get(sql, name)),
  });
  return { sql: counting, underWay: () => underWay };
}

type Query = {
  handler: (query: unknown) => unknown;
  resolve: (rows: unknown) => void;
  reject: (error: unknown) => void;
};

/** Whatever else `sql` makes, an identifier or a list of values, is no query. */
function isQuery(made: unknown): made is Query {
  return made instanceof Promise && ["handler", "resolve", "reject"].every((name) => name in made);
}
