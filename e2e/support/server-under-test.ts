/**
 * The servers under test: one for each of Playwright's workers, with a database of its own, since tests share the demo's people.
 * Read by playwright.config.ts, which starts them, and by the tests, which meet the one of their worker.
 */

/** As many as the tests gain by: two on a machine with two cores. */
export const SERVERS = 2;

/** Not 3000: the tests run beside a development server. The odd ones are for `other-server.ts`. */
const FIRST_PORT = 3210;

/** A limit for a start: the first one makes a database, migrates and seeds it. Seconds, more on a slow disk or a busy machine. */
export const START_LIMIT_MS = 120_000;

export const addressOf = (port: number) => `http://127.0.0.1:${port}`;
export const portOf = (index: number) => FIRST_PORT + 2 * index;
export const dataDirOf = (index: number) => `.data/e2e/${index}`;

/** Playwright's number of this worker, which no other one has at the same time; none outside of it. */
const worker = process.env.TEST_PARALLEL_INDEX;
export const PORT = portOf(Number(worker ?? 0));
export const ADDRESS = addressOf(PORT);
/** Where the server keeps its data; outside of a worker the one whose books are looked into. */
export const DATA_DIR = (worker === undefined && process.env.ONCE_DATA_DIR) || dataDirOf(Number(worker ?? 0));
