/**
 * The servers under test: one for each of Playwright's workers, with a database of its own, since tests share the demo's people.
 * Read by playwright.config.ts, which starts them, and by the tests, which meet the one of their worker.
 */

/** As many as the tests gain by: they wait more than they compute, so one more than the two cores of a small machine. */
export const SERVERS = 3;

/** Not 3000: the tests run beside a development server. The odd ones are for `other-server.ts`. */
const FIRST_PORT = 3210;

/** A limit for a start: the first one makes a database, migrates and seeds it. Seconds, more on a slow disk or a busy machine. */
export const START_LIMIT_MS = 120_000;

export const addressOf = (port: number) => `http://127.0.0.1:${port}`;
export const portOf = (index: number) => FIRST_PORT + 2 * index;
export const dataDirOf = (index: number) => `.data/e2e/${index}`;

/** Playwright's number of this worker, which no other one has at the same time. */
const index = Number(process.env.TEST_PARALLEL_INDEX ?? 0);
export const PORT = portOf(index);
export const ADDRESS = addressOf(PORT);
/** Where the server of this worker keeps its data. */
export const DATA_DIR = dataDirOf(index);
