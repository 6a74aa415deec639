import { expect, it } from "vitest";
import { describeError } from "./log.ts";

/** As the production build makes them: the class is called anything, and is another bundle's. */
class e extends Error {
  readonly query = "select 1 from users where email = $1";
  readonly params = ["ann@once.test"];
  constructor(cause: Error) {
    super("Failed query: select 1 from users where email = $1\nparams: ann@once.test", { cause });
  }
}

it("a failed query is told without its parameters, whatever its class is called", () => {
  const cause = Object.assign(new Error("The database fell silent."), {
    name: "ConnectionFailed",
    code: "ETIMEDOUT",
  });
  const described = describeError(new e(cause));
  expect(described).toEqual([
    { name: "Error", message: "A query failed." },
    expect.objectContaining({
      name: "ConnectionFailed",
      code: "ETIMEDOUT",
      message: "The database fell silent.",
    }),
  ]);
  expect(JSON.stringify(described)).not.toContain("ann@once.test");
});
