import { join } from "node:path";

/**
 * `join` for a path of which no part is known when the server is built. Next.js reads file accesses off the code to
 * learn which files a deployment needs; from such a path it would conclude that it needs all of them.
 */
export function below(folder: string, path: string): string {
  return join(/* turbopackIgnore: true */ folder, path);
}
