/** The demo's passwords and API keys are published: outside the demo nothing of it may open anything. */
import { afterEach, expect, it, vi } from "vitest";
import { database, setDatabase } from "../connection/client.ts";
import { findByApiKey } from "../identity/api-keys.ts";
import { pay } from "../payments/pay.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import {
  apiKeyOf,
  expectBooksRight,
  newPerson,
  type Person,
  tally,
  transferKey,
  transferTo,
} from "../testing/fixtures/people.ts";
import { DEMO_IS_OPEN, isDemoOpen, removeDemo } from "./demo-removal.ts";
import { demoId, seedDemo } from "./seed.ts";
import { startDatabase } from "./start.ts";

const test = testDatabase();

/** Starts on the test's database as production would, and puts the test's own connections back. */
async function startOutsideTheDemo(): Promise<void> {
  try {
    await startDatabase({
      databaseUrl: test.appUrl,
      ownerUrl: test.ownerUrl,
      dataDir: ".data/none",
      demo: false,
    });
  } finally {
    if (database() !== test.db) await database().close();
    setDatabase(test.db);
  }
}

afterEach(() => {
  vi.restoreAllMocks();
});

it("outside the demo its database is refused until the demo was removed, and then nothing of it opens", async () => {
  // Play money goes from hand to hand, and stays play money.
  const [rich, friend, stranger] = [
    await newPerson(test.owner, 10n),
    await newPerson(test.owner, 0n),
    await newPerson(test.owner, 0n),
  ];
  const send = async (from: Person, payee: string) => {
    const key = await transferKey(from);
    return pay(from.id, key, transferTo({ handle: payee }, "1"));
  };
  expect(tally([await send(rich, friend.handle)])).toEqual({ paid: 1 });
  const [payments] = await test.owner<{ count: bigint }[]>`select count(*) from payments`;
  await expect(startOutsideTheDemo()).rejects.toThrow(DEMO_IS_OPEN);
  expect(DEMO_IS_OPEN).toContain("npm run remove-demo");

  expect(await removeDemo(test.ownerUrl)).toEqual({ passwords: 4, sessions: 0, apiKeys: 4, accounts: 14 });
  await startOutsideTheDemo();
  expect(await findByApiKey("once_demo_alice")).toBeUndefined();
  expect(await test.owner`select 1 from credentials where user_id = ${demoId("alice")}`).toHaveLength(0);

  // What was paid stays paid, and whoever pays one of them now is told that nobody is there to take it.
  expect((await test.owner`select count(*) from payments`)[0]).toEqual(payments);
  expect(await send(stranger, "alice")).toMatchObject({ payment: { declineCode: "payee_closed" } });
  expect(await send(friend, stranger.handle)).toEqual({ type: "refused", reason: "payer_closed" });
  await expectBooksRight(test.owner);

  expect(await removeDemo(test.ownerUrl)).toEqual({ passwords: 0, sessions: 0, apiKeys: 0, accounts: 0 });
});

it("each thing that lets one of the demo's people in is enough to refuse", async () => {
  await removeDemo(test.ownerUrl);
  expect(await isDemoOpen()).toBe(false);
  const alice = demoId("alice");
  const openings = [
    () => test.owner`
      insert into credentials (user_id, provider_id, account_id, password) values (${alice}, 'credential', ${alice}, 'x')`,
    () => test.owner`
      insert into sessions (user_id, token, expires_at) values (${alice}, 'x', now() + interval '1 hour')`,
    // One that was made in the demo: it is no secret of Alice's, whoever made it.
    () => apiKeyOf(test.owner, alice),
  ];
  for (const open of openings) {
    await open();
    expect(await isDemoOpen()).toBe(true);
    await removeDemo(test.ownerUrl);
    expect(await isDemoOpen()).toBe(false);
  }
});

it("nobody keeps a server from starting by registering as one of the demo's people", async () => {
  await removeDemo(test.ownerUrl);
  const impostor = await newPerson(test.owner, 0n);
  await test.owner`update users set name = 'Alice', email = 'alice@elsewhere.test' where id = ${impostor.id}`;
  await apiKeyOf(test.owner, impostor.id);
  expect(await isDemoOpen()).toBe(false);
});

it("a demo that was removed and is started again is the demo again", async () => {
  await removeDemo(test.ownerUrl);
  await seedDemo(test.ownerUrl);
  const found = await findByApiKey("once_demo_alice");
  if (!found) throw new Error("Alice's key is not there.");
  const command = transferTo({ handle: "bob" }, "1");
  expect(tally([await pay(found.user.id, await transferKey(found.user), command)])).toEqual({ paid: 1 });
});
