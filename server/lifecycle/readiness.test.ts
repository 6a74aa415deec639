/** However many probe, the database is asked once a second, and the log hears once what is wrong. */
import { afterEach, expect, it, vi } from "vitest";
import { GET as ready } from "@/app/api/health/ready/route";
import { probeDatabase, type Readiness } from "@/db/setup/readiness";
import { log } from "../observability/log.ts";

vi.mock("@/db/setup/readiness", () => ({ probeDatabase: vi.fn() }));

const probed = vi.mocked(probeDatabase);
const process_ = globalThis as typeof globalThis & { onceProbing?: unknown; onceIsShuttingDown?: boolean };

afterEach(() => {
  vi.restoreAllMocks();
  probed.mockReset();
  vi.useRealTimers();
  delete process_.onceProbing;
  process_.onceIsShuttingDown = false;
});

async function ask() {
  const response = await ready(new Request("http://once.test/api/health/ready"), {
    params: Promise.resolve({}),
  });
  return { status: response.status, body: (await response.json()) as { detail?: string } };
}

it("many probes at once, and within a second, are one question", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  probed.mockResolvedValue({ ready: true });
  const answers = await Promise.all(Array.from({ length: 50 }, ask));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  vi.advanceTimersByTime(900);
  await ask();
  expect(probed).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(200);
  await ask();
  expect(probed).toHaveBeenCalledTimes(2);
});

it("says which part failed by its name, and to the log once, with the cause, until it changes", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const error = vi.spyOn(log, "error").mockImplementation(() => {});
  const info = vi.spyOn(log, "info").mockImplementation(() => {});
  const told = async (readiness: Readiness) => {
    probed.mockResolvedValue(readiness);
    vi.advanceTimersByTime(2_000);
    return ask();
  };
  const gone = new Error("connect ECONNREFUSED 10.0.0.1:5432");
  const unreachable: Readiness = { ready: false, why: "database-unreachable", cause: gone };
  expect(await told(unreachable)).toMatchObject({
    status: 503,
    body: { type: "/problems/unavailable", detail: "Not ready: database-unreachable." },
  });
  await told(unreachable);
  expect(await told({ ready: false, why: "grant-missing", cause: "orders" })).toMatchObject({
    status: 503,
    body: { detail: "Not ready: grant-missing." },
  });
  expect(error.mock.calls.map(([about]) => about)).toEqual([
    { why: "database-unreachable", error: [expect.objectContaining({ message: gone.message })] },
    { why: "grant-missing", missing: "orders" },
  ]);
  expect((await told({ ready: true })).status).toBe(200);
  expect(info.mock.calls.map(([about]) => about)).toContainEqual({ was: "grant-missing" });
});

it("a server that was told to end says no without asking anybody", async () => {
  process_.onceIsShuttingDown = true;
  expect((await ask()).status).toBe(503);
  expect(probed).not.toHaveBeenCalled();
});
