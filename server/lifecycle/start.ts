/** Start-up of the server: check the environment, make the database ready, say what runs. */
import { isForOperator } from "../../db/setup/cannot-start.ts";
import { startDatabase } from "../../db/setup/start.ts";
import { isNextStart, openFastPath } from "../http/fast-path/entrance.ts";
import { recordClientAddresses } from "../http/node-server/client-address.ts";
import { preserveContentLength } from "../http/node-server/content-length.ts";
import { ignoreUpgrades } from "../http/node-server/ignore-upgrades.ts";
import { setKeepAliveTimeout } from "../http/node-server/keep-alive.ts";
import { restrictToLoopback } from "../http/node-server/loopback-only.ts";
import { redirectUnknownActions } from "../http/node-server/outdated-actions.ts";
import { escapeUndecodablePaths } from "../http/node-server/undecodable-paths.ts";
import { drainUnreadBodies } from "../http/node-server/unread-body.ts";
import { listenToForeignForms } from "../http/request/foreign-form.ts";
import { readStaticFiles } from "../http/static-files/precompressed.ts";
import { sessionSecret } from "../identity/session-secret.ts";
import { startMailWorker } from "../mail/worker.ts";
import { startMetrics } from "../observability/metrics.ts";
import { noteRefusal } from "../observability/security.ts";
import { startTracing } from "../observability/tracing.ts";
import { environment, isDemo, keepEnvironment } from "./environment.ts";
import { enableGracefulShutdown, signalListeners } from "./graceful-shutdown.ts";
import { surviveLostLog } from "./lost-log.ts";

/**
 * Starts up, or ends the process: with the sentences that say why, where there are some. Next.js would print a stack and a
 * piece of code, and stay, never to be ready.
 */
export async function start(): Promise<void> {
  try {
    await startUp();
  } catch (error) {
    if (isForOperator(error)) console.error(error.message);
    else console.error("Once could not start.", error);
    process.exit(1);
  }
}

async function startUp(): Promise<void> {
  surviveLostLog();
  const nextListeners = signalListeners();
  const env = environment();
  const demo = isDemo();
  // Before anything else: requests come from the first moment on.
  if (demo) restrictToLoopback();
  else sessionSecret();
  await startTracing();
  startMetrics();
  await startDatabase({
    databaseUrl: env.DATABASE_URL,
    ownerUrl: env.DATABASE_OWNER_URL,
    dataDir: env.ONCE_DATA_DIR,
    demo,
  });
  setKeepAliveTimeout(env.ONCE_KEEP_ALIVE_SECONDS);
  // In development, Next.js has a websocket.
  if (process.env.NODE_ENV === "production") ignoreUpgrades();
  drainUnreadBodies();
  escapeUndecodablePaths();
  preserveContentLength();
  redirectUnknownActions();
  recordClientAddresses(env.ONCE_TRUSTED_PROXIES ?? 0);
  if (env.ONCE_TRUSTED_PROXIES === undefined && env.ONCE_URL?.startsWith("https:")) {
    console.warn(
      "ONCE_URL is https, so a proxy stands in front, but ONCE_TRUSTED_PROXIES is not set: all clients count as one address.",
    );
  }
  listenToForeignForms((headers, page) => noteRefusal("origin-refused", headers, { detail: `page ${page}` }));
  keepEnvironment();
  // Last of all: from here on the API is answered.
  if (isNextStart() && env.ONCE_API_FAST_PATH !== "off") openFastPath(await readStaticFiles(".next"));
  startMailWorker();
  enableGracefulShutdown(nextListeners);
  if (demo) {
    console.info("Once runs in demo mode: published passwords, play money, this machine only.");
  }
}
