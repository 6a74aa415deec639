/**
 * The same where a commit takes longer: what group commit is for. PostgreSQL itself waits before each flush of its log
 * (commit_delay), as a disk behind a network or a synchronous standby would have it wait; commits that come meanwhile share
 * the flush, whoever's they are.
 */
import postgres from "postgres";
import type { Figure } from "./figure.ts";
import { alone } from "./latency.ts";
import type { Pace } from "./rounds.ts";
import { rush } from "./throughput.ts";
import { dropWorld, joinWorld, makeWorld } from "./world.ts";

/** Disks behind a network, and standbys in the next building, take one to three. */
const COMMIT_MS = 2;
const WHERE = `commits of ${COMMIT_MS} ms: `;

/** A rush and a payment alone in a world of their own, called `name`, which is gone afterwards. */
export async function slowCommits(adminUrl: string, name: string, pace: Pace): Promise<Figure[]> {
  const fast = await makeWorld(adminUrl, name);
  await fast.close();
  const admin = postgres(adminUrl, { max: 1, onnotice: () => {} });
  await admin.unsafe(`alter database "${name}" set commit_delay = ${COMMIT_MS * 1_000}`);
  // Also where nobody else commits.
  await admin.unsafe(`alter database "${name}" set commit_siblings = 0`);
  await admin.end();
  // Connections learn of it when they are made.
  const world = await joinWorld(fast.appUrl, fast.ownerUrl);
  const figures = [...(await rush(world, WHERE, pace)), await alone(world, WHERE, pace)];
  await world.close();
  await dropWorld(adminUrl, name);
  return figures;
}
