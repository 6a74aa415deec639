/**
 * Reads have a deadline. What reads are sent through stands in for the reading pool of the moment, so that whoever
 * keeps it (Drizzle does, and better-auth through it) goes on with the next pool when one was given up.
 */

import type { Sql } from "../connection/sql.ts";
import { isDeadlineMissed, READ_DEADLINE_MS, within } from "./deadline.ts";

/** Stands in for `current()`. A read without an answer in time throws DeadlineMissed, and `giveUp` is told of its pool. */
export function readingThrough(current: () => Sql, giveUp: (hanging: Sql) => void): Sql {
  async function inTime<T>(sql: Sql, work: PromiseLike<T>): Promise<T> {
    try {
      return await within(READ_DEADLINE_MS, work);
    } catch (error) {
      if (isDeadlineMissed(error)) giveUp(sql);
      throw error;
    }
  }

  /** A query of postgres.js is sent when it is waited for. It remains what it is, with a limit on the waiting. */
  function bounded<Q>(sql: Sql, query: Q): Q {
    if (!(query instanceof Promise)) return query;
    const wait = query.then.bind(query);
    return Object.assign(query, {
      // biome-ignore lint/suspicious/noThenProperty: it is a promise, and keeps its own way of being one.
      then: (...handlers: Parameters<typeof wait>) => inTime(sql, { then: wait }).then(...handlers),
    });
  }

  const unsafe = (...args: Parameters<Sql["unsafe"]>) => {
    const sql = current();
    return bounded(sql, sql.unsafe(...args));
  };
  // The driver would call back with a connection that is none (pool.ts), and what it throws then ends the process.
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
