/** Start-up of the server: check the environment, make the database ready, say what runs. */
import { flushAttempts } from "../db/attempts/record.ts";
import { DEADLINE_MS, READ_DEADLINE_MS } from "../db/deadline.ts";
import { drain } from "../db/payments/settle.ts";
import { startDatabase } from "../db/start.ts";
import { markAddresses } from "./address.ts";
import { environment, isDemo } from "./environment.ts";

/** Answering takes milliseconds; what is recorded on the side is written meanwhile, or lost. */
const ANSWERING_MAX_MS = 4_000;
/**
 * What was taken has its answer by then: first it is read who asks, then one deadline runs until the outcome is known.
 * 25 s in all; the 30 s that supervisors commonly wait before they kill are longer.
 */
const SHUTDOWN_MAX_MS = READ_DEADLINE_MS + DEADLINE_MS + ANSWERING_MAX_MS;

/**
 * On SIGTERM or SIGINT, Next.js closes its port and waits for the requests it has, without limit. Meanwhile no payment is begun that
 * was not taken yet (its key is good on any other server), those that were get their answers, and a limit is set.
 */
function drainOnTermination(): void {
  const end = () => {
    setTimeout(() => process.exit(1), SHUTDOWN_MAX_MS).unref();
    drain()
      // The answers that were just given are noted by then.
      .then(() => new Promise((resolve) => setImmediate(resolve)))
      .then(flushAttempts)
      .catch((error: unknown) => console.warn("Shutting down was not clean.", error));
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, end);
}

export async function start(): Promise<void> {
  const env = environment();
  const demo = isDemo();
  await startDatabase({
    databaseUrl: env.DATABASE_URL,
    ownerUrl: env.DATABASE_OWNER_URL,
    dataDir: env.ONCE_DATA_DIR,
    demo,
  });
  markAddresses(env.ONCE_TRUSTED_PROXIES ?? 0);
  if (env.ONCE_TRUSTED_PROXIES === undefined && env.ONCE_URL?.startsWith("https:")) {
    console.warn(
      "ONCE_URL is https, so a proxy stands in front, but ONCE_TRUSTED_PROXIES is not set: all clients count as one address.",
    );
  }
  drainOnTermination();
  if (demo) {
    console.info("Once runs in demo mode: published passwords, play money, this machine only (127.0.0.1).");
  }
}
