/** What every route of the reference refuses alike, before it looks at anything. */
import { newKeyWithoutScopes } from "../support/books.ts";
import { expect } from "../support/fixtures.ts";
import { type Contract, expectProblem, ROUTES_OF_REFERENCE } from "./contract.ts";
import { callTo } from "./contract-calls.ts";

/** Nobody in particular, a key that may do nothing, a role that does not reach, and a cookie (Alice's) from elsewhere. */
export async function expectStrangersRefused(contract: Contract, cookie: string): Promise<void> {
  const keys = { alice: await newKeyWithoutScopes("alice"), mia: await newKeyWithoutScopes("mia") };
  for (const { name, problems } of ROUTES_OF_REFERENCE) {
    const { as, ...call } = callTo(name);
    const refused = async (headers: Record<string, string>, problem: "unauthenticated" | "forbidden") =>
      expectProblem(await contract.call(name, { ...call, headers }), problem, "unknown", "same-key");
    if (problems.has("unauthenticated")) {
      await refused({}, "unauthenticated");
      await refused({ authorization: "Bearer nobodys" }, "unauthenticated");
    }
    if (problems.has("forbidden")) {
      await refused({ authorization: `Bearer ${as === "mia" ? keys.mia : keys.alice}` }, "forbidden");
      // Reading with a cookie is harmless: no page elsewhere sees the answer.
      if (!name.startsWith("GET "))
        await refused({ cookie, origin: "https://elsewhere.example" }, "forbidden");
    }
  }
  for (const name of ["GET /api/orders", "PUT /api/orders/[id]"] as const) {
    const answer = await contract.call(name, { ...callTo(name), as: "alice" });
    expectProblem(answer, "forbidden", "unknown", "same-key");
  }
}

/** A method that an address does not have, of somebody and of nobody; the answer says which it has. */
export async function expectMethodsRefused(contract: Contract): Promise<void> {
  for (const { name } of ROUTES_OF_REFERENCE) {
    const path = name.split(" ")[1];
    const own = ROUTES_OF_REFERENCE.map((route) => route.name.split(" "))
      .filter((route) => route[1] === path)
      .map(([method = ""]) => method);
    const allowed = [...own, ...(own.includes("GET") ? ["HEAD"] : []), "OPTIONS"].sort();
    const call = { ...callTo(name), method: "PATCH" };
    for (const as of [call.as, undefined]) {
      const answer = await contract.call(name, { ...call, as });
      expectProblem(answer, "method-not-allowed", "unknown", "same-key");
      expect(answer.headers.get("allow")).toBe(allowed.join(", "));
    }
  }
}

/** One request too many, of a server (at `baseURL`) that takes one a minute from an address. */
export async function expectRushRefused(contract: Contract, baseURL: string): Promise<void> {
  for (const { name, problems } of ROUTES_OF_REFERENCE) {
    const call = { ...callTo(name), baseURL };
    if (!problems.has("rate-limited")) {
      expect((await contract.call(name, call)).status).toBe(200);
      continue;
    }
    // Once a minute a request is within the limit.
    await expect(async () =>
      expectProblem(await contract.call(name, call), "rate-limited", "unknown", "same-key"),
    ).toPass();
  }
}
