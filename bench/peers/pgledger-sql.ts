/** pgledger's SQL, which is not ours to keep: read from a copy of its repository, or downloaded as it is at one commit. */
import { readFile } from "node:fs/promises";
import path from "node:path";

const COMMIT = "c18c7d267d46ab396641d5e44f1ce3166aeb9a6d";
const ADDRESS = `https://raw.githubusercontent.com/pgr0ss/pgledger/${COMMIT}`;
/** In the order in which its README has them run. */
const FILES = [
  "vendor/scoville-pgsql-ulid/ulid-to-uuid.sql",
  "vendor/scoville-pgsql-ulid/uuid-to-ulid.sql",
  "pgledger.sql",
];
/** For hanging: they are 16 KB. */
const DOWNLOAD_LIMIT_MS = 20_000;

async function download(file: string): Promise<string> {
  const response = await fetch(`${ADDRESS}/${file}`, { signal: AbortSignal.timeout(DOWNLOAD_LIMIT_MS) });
  if (!response.ok) throw new Error(`${file} could not be downloaded: ${response.status}`);
  return response.text();
}

/** Its files' text. `folder` holds a copy of its repository. Throws one sentence where they cannot be had. */
export function pgledgerSql(folder: string | undefined): Promise<string[]> {
  const read = (file: string) =>
    folder === undefined ? download(file) : readFile(path.join(folder, file), "utf8");
  return Promise.all(FILES.map(read));
}
