/** A server that is told to end: what was taken is answered, and nothing new is taken. */
import { afterAll, expect, it, vi } from "vitest";
import { database, setDatabase } from "@/db/connection/client";
import { Unavailable } from "@/db/payments/batching/pending-entry";
import { pay } from "@/db/payments/pay";
import { removeDemo } from "@/db/setup/demo-removal";
import { testDatabase } from "@/db/testing/fixtures/database";
import { holdingAccount } from "@/db/testing/fixtures/hold-lock";
import { newPerson, tally, transferKey, transferTo } from "@/db/testing/fixtures/people";
import { start } from "./start";

const test = testDatabase();

const SECRET = "a secret of the tests, long enough";

afterAll(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it.each<[url: string, sentence: RegExp, secret?: string]>([
  [
    "postgres://once_app:top%20secret@127.0.0.1:1/once",
    /^Nobody listens at 127\.0\.0\.1:1, where DATABASE_URL points/,
  ],
  [
    "postgres://once_app:top secret@h1:5432,h2:x/once",
    /^The environment is not usable: DATABASE_URL names "h2:x"/,
  ],
  ["postgres://u@h/d?target_session_attrs=any", /^The environment is not usable: .* may lead to a standby/],
  ["postgres://once_app@127.0.0.1:1/once", /^BETTER_AUTH_SECRET is not set/, ""],
])("with %s ends the process, with one sentence and no stack", async (url, sentence, secret = SECRET) => {
  vi.stubEnv("DATABASE_URL", url);
  vi.stubEnv("BETTER_AUTH_SECRET", secret);
  const exit = vi.spyOn(process, "exit").mockImplementation(() => undefined as never);
  const said = vi.spyOn(console, "error").mockImplementation(() => {});
  await start();
  expect(exit.mock.calls).toEqual([[1]]);
  expect(said.mock.calls).toEqual([[expect.stringMatching(sentence)]]);
  expect(String(said.mock.calls)).not.toMatch(/secret|\n/);
  vi.restoreAllMocks();
});

it("on SIGTERM, payments that were taken get their answers, and no other is begun", async () => {
  vi.stubEnv("DATABASE_URL", test.appUrl);
  vi.stubEnv("DATABASE_OWNER_URL", test.ownerUrl);
  vi.stubEnv("BETTER_AUTH_SECRET", SECRET);
  // What is started here must not end the test's own process.
  vi.spyOn(process, "exit").mockImplementation(() => undefined as never);
  await removeDemo(test.ownerUrl);
  await start();
  const [payer, payee] = [await newPerson(test.owner, 10n), await newPerson(test.owner, 0n)];
  const command = transferTo(payee, "1");
  const [first, second] = [await transferKey(payer), await transferKey(payer)];
  const { taken } = await holdingAccount(test.owner, payee.accountId, async ({ waiting }) => {
    const taken = pay(payer.id, first, command);
    await waiting(1);
    process.emit("SIGTERM", "SIGTERM");
    await expect(pay(payer.id, second, command)).rejects.toThrow(Unavailable);
    return { taken };
  });
  expect(tally([await taken])).toEqual({ paid: 1 });
  await database().close();
  setDatabase(test.db);
});
