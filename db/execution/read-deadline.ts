/**
 * Reads have a deadline. They are sent through a proxy of the current reading pool, so that code that keeps a reference
 * (Drizzle does, and better-auth through it) uses the next pool when one was replaced.
 */

import type { Sql } from "../connection/sql.ts";
import { isDeadlineMissed, READ_DEADLINE_MS, within } from "./deadline.ts";

/** A proxy of `current()`. A read that misses its deadline throws DeadlineMissed, and `onMissed` is called with its pool. */
export function withReadDeadline(current: () => Sql, onMissed: (hanging: Sql) => void): Sql {
  async function inTime<T>(sql: Sql, work: PromiseLike<T>): Promise<T> {
    try {
      return await within(READ_DEADLINE_MS, work);
    } catch (error) {
      if (isDeadlineMissed(error)) onMissed(sql);
      throw error;
    }
  }

  /** A query of postgres.js is sent when it is awaited, so the query itself is kept and its `then` bounded. */
  function bounded<Q>(sql: Sql, query: Q): Q {
    if (!(query instanceof Promise)) return query;
    const wait = query.then.bind(query);
    return Object.assign(query, {
      // biome-ignore lint/suspicious/noThenProperty: it is a promise already.
      then: (...handlers: Parameters<typeof wait>) => inTime(sql, { then: wait }).then(...handlers),
    });
  }

  const unsafe = (...args: Parameters<Sql["unsafe"]>) => {
    const sql = current();
    return bounded(sql, sql.unsafe(...args));
  };
  // The driver's transactions do not work without pipelining (pool.ts), and what they throw ends the process.
  const begin = () => Promise.reject(new Error("Bug: there are no interactive transactions on the pools."));

  return new Proxy(current(), {
    apply(_pool, _this, args) {
      const sql = current();
      return bounded(sql, Reflect.apply(sql, undefined, args));
    },
    get(_pool, name) {
      if (name === "unsafe") return unsafe;
      if (name === "begin") return begin;
      return Reflect.get(current(), name);
    },
  });
}
