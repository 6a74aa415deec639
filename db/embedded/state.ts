/** What is remembered between starts, in `<dataRoot>/postgres.json`, readable by its owner only: it holds the password. */
import { randomUUID } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { EmbeddedServerError } from "./failure.ts";
import { keepOwner } from "./keep-owner.ts";
import { processMark } from "./process-identity.ts";

const state = z.strictObject({
  /** Of this file's form. */
  version: z.literal(1),
  /** Where the cluster is: relative to the data root, so that a clone can be moved; absolute where it lies elsewhere. */
  cluster: z.string().min(1),
  password: z.string().min(1),
  /** The port it listened on last; absent before the first start. */
  port: z.int().min(1).max(65_535).optional(),
  /** The PostgreSQL server process that was started last. */
  postmaster: processMark.optional(),
  /** The process of ours that ends it. */
  owner: processMark.optional(),
});
export type State = z.infer<typeof state>;

function stateFile(dataRoot: string): string {
  return join(dataRoot, "postgres.json");
}

/** The remembered state; absent before the first start. Throws where the file is there and cannot be understood. */
export async function readState(dataRoot: string): Promise<State | undefined> {
  const file = stateFile(dataRoot);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new EmbeddedServerError(
      `${file} cannot be read by this account: run as the account that made it, or remove ${dataRoot}.`,
      { cause: error },
    );
  }
  try {
    return state.parse(JSON.parse(text));
  } catch (error) {
    throw new EmbeddedServerError(`${file} is damaged: remove ${dataRoot} to start with an empty database.`, {
      cause: error,
    });
  }
}

/** Replaces the state: after a crash of the machine there is the old or the new one, never half of one. */
export async function writeState(dataRoot: string, next: State): Promise<void> {
  const file = stateFile(dataRoot);
  const draft = `${file}.${randomUUID()}`;
  try {
    const handle = await open(draft, "wx", 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(next, null, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await keepOwner(draft);
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}
