/** An order that its merchant was told is cancelled can never be paid, whatever the server is set to and whatever crashes. */
import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connect, type Database, type Sql, setDatabase } from "../client.ts";
import { migrate } from "../migrate.ts";
import { pay } from "../payments/pay.ts";
import { provision } from "../provision.ts";
import { seedDemo } from "../seed.ts";
import { SERVER_VERSION } from "../testing/database.ts";
import { plantFromEnvironment } from "../testing/mutants.ts";
import { keyFor, newOrder, newPerson, tally } from "../testing/people.ts";
import { type PlainServer, startPlainServer } from "../testing/plain-server.ts";
import { cancelOrder, findOrder, putOrder } from "./orders.ts";

let server: PlainServer;
let db: Database;
let owner: Sql;
beforeAll(async () => {
  server = await startPlainServer();
  const urls = await provision(server.adminUrl, "once");
  await migrate(urls.ownerUrl, "once_app");
  owner = postgres(urls.ownerUrl, { max: 1, types: { bigint: postgres.BigInt } });
  await plantFromEnvironment(owner);
  db = connect(urls.appUrl, SERVER_VERSION);
  setDatabase(db);
  await seedDemo(urls.ownerUrl);
  // Commits return at once, and their records stay in memory for as long as a test takes.
  await server.set("synchronous_commit", "off");
  await server.set("wal_writer_delay", "10s");
});
afterAll(async () => {
  await owner.end();
  await db.close();
  await server.remove();
});

it("a cancelled order stays cancelled over a crash, though commits do not wait here, and so does one that was put", async () => {
  const [payer, merchant] = [await newPerson(owner, 100n), await newPerson(owner, 0n, "merchant")];
  const { orderId, purpose, command } = await newOrder(merchant, "10");
  const key = await keyFor(payer.id, purpose);
  expect(await cancelOrder(merchant.id, orderId)).toMatchObject({ type: "cancelled" });
  await server.crash();
  await expect.poll(() => findOrder(orderId).then((order) => order?.state, String)).toBe("cancelled");
  const again = await pay(payer.id, key, command);
  // The key's own insert may be lost, which is safe; what matters is that nothing is paid.
  expect(
    Object.keys(tally([again])).filter((verdict) => verdict !== "declined" && verdict !== "void"),
  ).toEqual([]);

  const put = randomUUID();
  const order = {
    description: "Tea",
    currency: "USD",
    items: [{ description: "Tea", quantity: 1, amountMinor: "5" }],
  };
  expect(await putOrder(merchant.id, put, order)).toMatchObject({ type: "created" });
  await server.crash();
  await expect.poll(() => findOrder(put).then((found) => found?.state, String)).toBe("open");
});
