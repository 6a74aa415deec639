/** A document is for whoever it is about: anybody else is led on, or told, and no cache keeps it. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { testDatabase } from "@/db/testing/fixtures/database";
import { apiKeyOf, newPerson } from "@/db/testing/fixtures/people";
import { documentRoute } from "./document-route.ts";

vi.mock("./node-server/client-address.ts", () => ({
  clientAddressOf: () => undefined,
  shownAddressOf: () => "",
}));

const test = testDatabase();
const ADDRESS = "http://shop.test/payments/p/receipt.pdf";
const content = Buffer.from("%PDF-1.7 …");

const get = documentRoute<{ id: string }>(
  "GET /payments/[id]/receipt.pdf",
  "document",
  async ({ params, user }) => {
    if (params.id === "broken") throw new Error("Bug: a secret detail.");
    return params.id === user.id
      ? { filename: "receipt.pdf", contentType: "application/pdf", content }
      : undefined;
  },
  ({ id }) => `/payments/${id}`,
);

beforeAll(() => {
  vi.stubEnv("BETTER_AUTH_SECRET", "a secret for tests, of more than 32 characters");
  vi.stubEnv("DATABASE_URL", "postgres://unused@127.0.0.1/unused");
});
afterAll(() => vi.unstubAllEnvs());

async function somebody() {
  const { id } = await newPerson(test.owner, 0n);
  const authorization = `Bearer ${await apiKeyOf(test.owner, id)}`;
  const ask = (of: string) =>
    get(new Request(ADDRESS, { headers: { authorization } }), { params: Promise.resolve({ id: of }) });
  return { id, ask };
}

describe("a program", () => {
  it("is sent the file, as a download that nobody keeps", async () => {
    const { id, ask } = await somebody();
    const answer = await ask(id);
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "application/pdf",
      "content-disposition": 'attachment; filename="receipt.pdf"',
      "cache-control": "no-store",
      "x-robots-tag": "noindex",
      "x-once-content-length": String(content.length),
    });
    expect(Buffer.from(await answer.arrayBuffer()).equals(content)).toBe(true);
  });

  it("is told by a problem document that there is none, whatever else went wrong", async () => {
    const { ask } = await somebody();
    const missing = await ask(randomUUID());
    expect([missing.status, await missing.json()]).toMatchObject([404, { type: "/problems/not-found" }]);
    vi.spyOn(console, "error").mockImplementation(() => {});
    const broken = await ask("broken");
    const text = await broken.text();
    expect([broken.status, text.includes("secret detail")]).toEqual([500, false]);
  });

  it("gets thirty a minute, and then hears when to come back; another has thirty too", async () => {
    const [one, other] = [await somebody(), await somebody()];
    const statuses: number[] = [];
    for (let asked = 0; asked < 31; asked += 1) statuses.push((await one.ask(one.id)).status);
    expect(statuses).toEqual([...Array.from({ length: 30 }, () => 200), 429]);
    expect(Number((await one.ask(one.id)).headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await other.ask(other.id)).status).toBe(200);
  });
});

describe("a person without a session", () => {
  it("signs in first, and comes back to the page", async () => {
    const answer = await get(new Request(ADDRESS), { params: Promise.resolve({ id: "p" }) });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/sign-in?next=%2Fpayments%2Fp"]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });
});
