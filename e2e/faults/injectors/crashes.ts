/** Faults of the application's own servers: killed at a chosen moment of a payment, stopped, told to end while busy. */
import { setTimeout as sleep } from "node:timers/promises";
import type { FaultPoint } from "../../../db/testing/proxies/wire-proxy.ts";
import type { AppServer } from "../app-server.ts";
import type { Stage } from "../environment.ts";
import type { ProvingFault } from "./faults.ts";

/** Longer than a payment's deadline: whoever asked has given up by then. */
const STOPPED_MS = 17_000;
const OCCASION_MS = 6_000;
/** A server that is told to end has its own limit, half a minute; this is for one that forgot. */
const DRAINED_WITHIN_MS = 60_000;

/** Kills `app`, and starts it again once it is gone. */
async function killAndRestart(app: AppServer): Promise<void> {
  app.signal("SIGKILL");
  await app.ended();
  await app.start();
}

/** Resolves with the server that met the moment, or undefined where there was no occasion. */
function meeting(stage: Stage, moment: "asked" | "answered"): Promise<AppServer | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      forget();
      resolve(undefined);
    }, OCCASION_MS);
    const forget = stage.http.onNext(moment, (port) => {
      clearTimeout(timer);
      const app = stage.apps.find((one) => one.port === port);
      // At this very moment, not a turn of the event loop later.
      app?.signal("SIGKILL");
      resolve(app);
    });
  });
}

function killedWhen(name: string, moment: "asked" | "answered"): ProvingFault {
  return {
    name: `server killed: ${name}`,
    isCheap: false,
    async fire(stage) {
      const app = await meeting(stage, moment);
      if (!app) return false;
      await killAndRestart(app);
      return true;
    },
  };
}

/** Both servers die: which of them has sent the statement, the proxy in front of PostgreSQL does not know. */
function killedAt(name: string, point: FaultPoint): ProvingFault {
  return {
    name: `servers killed: ${name}`,
    isCheap: false,
    async fire(stage) {
      let struck = false;
      const armed = stage.wire.arm({
        point,
        matching: "request_hash",
        times: 1,
        kind() {
          struck = true;
          for (const app of stage.apps) app.signal("SIGKILL");
        },
      });
      const deadline = performance.now() + OCCASION_MS;
      while (!struck && performance.now() < deadline) await sleep(10);
      armed.disarm();
      if (!struck) return false;
      await Promise.all(stage.apps.map(killAndRestart));
      return true;
    },
  };
}

export const crashes: readonly ProvingFault[] = [
  killedWhen("before settling, the request has just come", "asked"),
  killedAt("the statement is sent", "before-statement"),
  killedAt("the payment is committed, and they do not know", "after-commit"),
  killedWhen("the answer has just been given", "answered"),
  {
    name: "server stopped past every deadline (SIGSTOP)",
    isCheap: false,
    async fire({ apps, http }) {
      const app = apps[0];
      if (!app) return false;
      const deadline = performance.now() + OCCASION_MS;
      while (http.underWay(app.port) === 0 && performance.now() < deadline) await sleep(1);
      const isBusy = http.underWay(app.port) > 0;
      app.signal("SIGSTOP");
      await sleep(STOPPED_MS);
      app.signal("SIGCONT");
      return isBusy;
    },
  },
  {
    name: "server told to end while busy (SIGTERM)",
    isCheap: false,
    async fire({ apps, http }) {
      const app = apps[1];
      if (!app) return false;
      const deadline = performance.now() + OCCASION_MS;
      while (http.underWay(app.port) === 0 && performance.now() < deadline) await sleep(1);
      const asked = http.underWay(app.port);
      const lostBefore = http.lost(app.port);
      app.signal("SIGTERM");
      const code = await Promise.race([app.ended(), sleep(DRAINED_WITHIN_MS, undefined)]);
      if (code === undefined) app.signal("SIGKILL");
      await app.ended();
      // The news that a connection is gone comes later than the news that its server is.
      while (http.underWay(app.port) > 0) await sleep(1);
      const lost = http.lost(app.port) - lostBefore;
      await app.start();
      // Its own limit is no clean end, and neither is one that leaves somebody without an answer.
      if (code !== 143 || lost > 0)
        throw new Error(
          `Told to end with ${asked} requests under way, it ended with ${code ?? "nothing, and was killed"}; ${lost} got no answer.`,
        );
      return asked > 0;
    },
  },
];
