/** Faults of the connections between clients, servers and PostgreSQL, injected by the two proxies. */
import { FAULT_POINTS } from "../../../db/testing/proxies/wire-proxy.ts";
import { breakConnection, type Fault, waitUntil } from "./fault.ts";
import type { HttpFault } from "./http-proxy.ts";

const WIRE_FAULTS = ["cut", "black-hole", "half-close", "delay"] as const;
const HTTP_FAULTS = ["drop-answer", "duplicate", "delay", "reorder"] as const satisfies readonly HttpFault[];
const httpFaultName = <Name extends HttpFault>(fault: Name) => `client connection: ${fault}` as const;
export const ANSWER_DROPPED = httpFaultName("drop-answer");

export const connectionFaults: readonly Fault[] = [
  ...FAULT_POINTS.flatMap((point) =>
    WIRE_FAULTS.map((kind) => ({
      name: `database connection: ${kind} ${point}`,
      isCheap: true,
      inject: (testBed: Parameters<Fault["inject"]>[0]) => breakConnection(testBed, point, kind),
    })),
  ),
  ...HTTP_FAULTS.map(
    (fault): Fault => ({
      name: httpFaultName(fault),
      isCheap: true,
      async inject({ http }) {
        const before = http.fired(fault);
        const disarm = http.arm(fault);
        const hasFired = await waitUntil(() => http.fired(fault) > before);
        disarm();
        return hasFired;
      },
    }),
  ),
];
