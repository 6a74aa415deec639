import { chown, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Gives a file that root made to the account whose folder it lies in, so that `sudo npm run dev`, once, does not shut
 * the owner of a clone out of it. Does nothing for an ordinary user.
 */
export async function keepOwner(path: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(dirname(path));
  await chown(path, uid, gid);
}
