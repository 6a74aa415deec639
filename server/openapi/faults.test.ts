import { describe, expect, test, vi } from "vitest";
import { OutcomeUnknown } from "@/db/execution/until-known";
import { PaymentInProgress, Unavailable } from "@/db/payments/batching/pending-entry";
import { problemSchema } from "@/lib/api/responses";
import { toResponse } from "../http/answer.ts";
import { problemOf, problemResponse } from "../http/responses.ts";
import { log } from "../observability/log.ts";
import { openApiDocument } from "./document.ts";

/** What no request can provoke by itself: e2e/api/contract.spec.ts leaves these four to this file. */
const FAULTS = [
  { name: "outcome-unknown", error: new OutcomeUnknown("lost", { cause: new Error("reset") }), waits: true },
  { name: "payment-in-progress", error: new PaymentInProgress("the first is not done"), waits: true },
  { name: "unavailable", error: new Unavailable("overloaded"), waits: true },
  { name: "internal-error", error: new Error("Bug: impossible."), waits: false },
] as const;

describe("what only a fault provokes", () => {
  test.each(FAULTS)("is answered as the reference says: $name", async ({ name, error, waits }) => {
    vi.spyOn(log, "warn").mockImplementation(() => {});
    vi.spyOn(log, "error").mockImplementation(() => {});
    const response = toResponse(problemResponse(problemOf(error)));
    const body: unknown = await response.json();
    expect(problemSchema(name).safeParse(body).error).toBeUndefined();
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.has("retry-after")).toBe(waits);

    const pay = openApiDocument().paths["/api/payments"]?.post?.responses[response.status];
    expect(Object.keys(pay?.content["application/problem+json"]?.examples ?? {})).toContain(name);
    expect(pay?.headers !== undefined && "Retry-After" in pay.headers).toBe(waits);
  });
});
