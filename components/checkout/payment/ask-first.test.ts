/** A press goes on where the server said that there is nothing to ask, and nowhere else. */
import { UnrecognizedActionError } from "next/dist/client/components/unrecognized-action-error";
import { expect, it } from "vitest";
import { PROBLEMS, type ProblemName } from "@/lib/api/problems";
import { askFirst } from "./ask-first";

it("what the server says is what happens", async () => {
  expect(await askFirst(async () => false)).toBe("nothing");
  expect(await askFirst(async () => true)).toBe("something");
});

it("without an answer the press does not go on: it may be a second one", async () => {
  expect(await askFirst(() => new Promise(() => {}), 1)).toBe("not-known");
  expect(await askFirst(() => Promise.reject(new TypeError("Failed to fetch")))).toBe("not-known");
});

it("whoever could not ask is not taken for somebody who need not: only that nobody is signed in the payment itself says", async () => {
  for (const problem of Object.keys(PROBLEMS) as ProblemName[])
    expect([problem, await askFirst(async () => problem)]).toEqual([
      problem,
      problem === "unauthenticated" ? "nothing" : "not-known",
    ]);
});

it("a page of an earlier build is told apart: it is loaded anew", async () => {
  expect(await askFirst(() => Promise.reject(new UnrecognizedActionError("gone")))).toBe("outdated");
});
