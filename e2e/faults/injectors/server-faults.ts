/** Faults of the application's own servers: killed at a chosen event of a payment, stopped, terminated while busy. */
import { setTimeout as sleep } from "node:timers/promises";
import type { FaultPoint } from "../../../db/testing/proxies/wire-proxy.ts";
import type { AppServer } from "../app-server.ts";
import { atNext, breakConnection, type Fault, waitUntil } from "./fault.ts";

/** Longer than a payment's deadline: whoever asked has given up by then. */
const STOPPED_MS = 17_000;
/** A server has its own limit of half a minute for a graceful shutdown. */
const SHUTDOWN_LIMIT_MS = 60_000;

async function restart(app: AppServer): Promise<void> {
  await app.ended();
  await app.start();
}

function killServerAt(name: string, event: "requested" | "answered"): Fault {
  return {
    name: `server killed: ${name}`,
    isCheap: false,
    async inject(testBed) {
      const killed: AppServer[] = [];
      await atNext(testBed, event, (port) => {
        killed.push(...testBed.apps.filter((app) => app.port === port));
        for (const app of killed) app.signal("SIGKILL");
      });
      await Promise.all(killed.map(restart));
      return killed.length > 0;
    },
  };
}

/** Both servers: the proxy in front of PostgreSQL does not know which of them has sent the statement. */
function killServersAt(name: string, point: FaultPoint): Fault {
  return {
    name: `servers killed: ${name}`,
    isCheap: false,
    async inject(testBed) {
      const hasFired = await breakConnection(testBed, point, () => {
        for (const app of testBed.apps) app.signal("SIGKILL");
      });
      if (hasFired) await Promise.all(testBed.apps.map(restart));
      return hasFired;
    },
  };
}

export const serverFaults: readonly Fault[] = [
  killServerAt("before settling, the request has just come", "requested"),
  killServersAt("the statement is sent", "before-statement"),
  killServersAt("the payment is committed, and they do not know", "after-commit"),
  killServerAt("the answer has just been given", "answered"),
  {
    name: "server stopped past every deadline (SIGSTOP)",
    isCheap: false,
    async inject({ apps, http }) {
      const app = apps[0];
      if (!app) return false;
      const isBusy = await waitUntil(() => http.inFlight(app.port) > 0);
      app.signal("SIGSTOP");
      await sleep(STOPPED_MS);
      app.signal("SIGCONT");
      return isBusy;
    },
  },
  {
    name: "server told to end while busy (SIGTERM)",
    isCheap: false,
    async inject({ apps, http }) {
      const app = apps[1];
      if (!app) return false;
      await waitUntil(() => http.inFlight(app.port) > 0);
      const inFlight = http.inFlight(app.port);
      const unansweredBefore = http.unanswered(app.port);
      app.signal("SIGTERM");
      const code = await Promise.race([app.ended(), sleep(SHUTDOWN_LIMIT_MS, undefined)]);
      if (code === undefined) app.signal("SIGKILL");
      await app.ended();
      // The news that a connection is gone comes later than the news that its server is.
      while (http.inFlight(app.port) > 0) await sleep(1);
      const unanswered = http.unanswered(app.port) - unansweredBefore;
      await app.start();
      // Its own limit is no clean end, and neither is one that leaves somebody without an answer.
      if (code !== 143 || unanswered > 0)
        throw new Error(
          `Told to end with ${inFlight} requests under way, it ended with ${code ?? "nothing, and was killed"}; ${unanswered} got no answer.`,
        );
      return inFlight > 0;
    },
  },
];
