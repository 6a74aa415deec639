import { setTimeout as sleep } from "node:timers/promises";
import type { FaultKind, FaultPoint } from "../../../db/testing/proxies/wire-proxy.ts";
import type { TestBed } from "../test-bed.ts";
import type { ProxyEvent } from "./http-proxy.ts";

export type Fault = {
  name: string;
  /** A cheap one is over at once and injected often; others stop a server for seconds. */
  isCheap: boolean;
  /** True where it was seen to happen, false where no occasion came in time. */
  inject(testBed: TestBed): Promise<boolean>;
};

/** A payment passes within this, even right after something else was broken. */
export const OCCASION_LIMIT_MS = 6_000;
export const POLL_INTERVAL_MS = 10;
/** Only statements that settle carry request hashes. */
const SETTLING = "request_hash";

export async function waitUntil(condition: () => boolean): Promise<boolean> {
  const deadline = performance.now() + OCCASION_LIMIT_MS;
  while (!condition()) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_INTERVAL_MS);
  }
  return true;
}

/** Breaks the connection between a server and PostgreSQL, at the next statement that settles. */
export async function breakConnection({ wire }: TestBed, point: FaultPoint, kind: FaultKind) {
  const armed = wire.arm({ point, kind, matching: SETTLING, times: 1 });
  const hasFired = await waitUntil(() => armed.times === 0);
  armed.disarm();
  return hasFired;
}

/** Calls `action` within the proxy's next `event`, not a turn of the event loop later. */
export async function atNext({ http }: TestBed, event: ProxyEvent, action: (port: number) => void) {
  let hasHappened = false;
  const forget = http.onNext(event, (port) => {
    action(port);
    hasHappened = true;
  });
  await waitUntil(() => hasHappened);
  forget();
  return hasHappened;
}
