/** The precompressed static files of the build that is served, in memory, and which of them a request is answered with. */
import { readFile, stat } from "node:fs/promises";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import path from "node:path";
import { promisify } from "node:util";
import { brotliDecompress, gunzip } from "node:zlib";
import Negotiator from "negotiator";
import { fixedHeadersFor } from "../fixed-headers.ts";
import {
  CODINGS,
  CONTENT_TYPES,
  type Coding,
  compressedFile,
  compressibleNames,
  staticFolder,
} from "./precompress.ts";

type StaticFile = {
  /** As Next.js says them of the file, by name and value in turns. */
  headers: readonly string[];
  coded: Readonly<Record<Coding, Buffer>>;
};

/** By the path that they are asked for at. */
export type StaticFiles = ReadonlyMap<string, StaticFile>;

export const NO_FILES: StaticFiles = new Map();

const PREFIX = "/_next/static/";
/** Next.js adds its deployment id to the addresses of a build that has one, and reads nothing from it. */
const NO_QUERY = /^(?:dpl=[\w-]*)?$/;
/** Asks for less than the file, or under a condition: Next.js knows what to say to that. */
const CONDITIONS = ["if-none-match", "if-modified-since", "if-match", "if-unmodified-since"] as const;

const decompress: Record<Coding, (coded: Buffer) => Promise<Buffer>> = {
  br: promisify<Buffer, Buffer>(brotliDecompress),
  gzip: promisify<Buffer, Buffer>(gunzip),
};

/**
 * Reads what `next build` has precompressed in `distDir`. A file counts only where it is, decompressed, the one that Next.js would
 * send: whatever is missing, left over from another build or broken is not here, and so is Next.js's to answer.
 */
export async function readStaticFiles(distDir: string): Promise<StaticFiles> {
  const names = await compressibleNames(distDir).catch(() => []);
  const files = await Promise.all(
    names.map(async (name): Promise<[string, StaticFile] | undefined> => {
      const file = await readStaticFile(distDir, name).catch(() => undefined);
      return file && [PREFIX + name, file];
    }),
  );
  return new Map(files.filter((file) => file !== undefined));
}

async function readStaticFile(distDir: string, name: string): Promise<StaticFile | undefined> {
  const original = path.join(staticFolder(distDir), name);
  const [br, gzip, { size, mtime }, plain] = await Promise.all([
    readFile(compressedFile(distDir, name, "br")),
    readFile(compressedFile(distDir, name, "gzip")),
    stat(original),
    readFile(original),
  ]);
  const coded = { br, gzip };
  for (const coding of CODINGS) if (!plain.equals(await decompress[coding](coded[coding]))) return undefined;
  const headers = [
    ["Cache-Control", "public, max-age=31536000, immutable"],
    // A range would be one of the compressed bytes, and Next.js serves ranges of the others.
    ["Accept-Ranges", "none"],
    ["Last-Modified", mtime.toUTCString()],
    // A weak one, which is the same for every coding; what is asked for by it, Next.js answers.
    ["ETag", `W/"${size.toString(16)}-${mtime.getTime().toString(16)}"`],
    ["Content-Type", CONTENT_TYPES[path.extname(name)] ?? ""],
    ["Vary", "Accept-Encoding"],
  ].flat();
  return { headers, coded };
}

export type StaticAnswer = { headers: string[]; body: Buffer };

/**
 * What `files` answer a request with: the file in the coding that it prefers, with its length. Undefined where the request is
 * Next.js's: for something else, under a condition, or for the file uncompressed. A range is not served of a compressed file: whoever asks for
 * one is sent all of it (RFC 9110 §14.2).
 */
export function staticAnswer(
  files: StaticFiles,
  { method, url = "", headers }: Pick<IncomingMessage, "method" | "url" | "headers">,
): StaticAnswer | undefined {
  if (!url.startsWith(PREFIX) || (method !== "GET" && method !== "HEAD")) return undefined;
  const [name = "", query = "", ...rest] = url.split("?");
  const file = rest.length === 0 && NO_QUERY.test(query) ? files.get(name) : undefined;
  if (file === undefined || CONDITIONS.some((condition) => headers[condition] !== undefined))
    return undefined;
  const coding = codingFor(headers);
  if (coding === undefined) return undefined;
  const body = file.coded[coding];
  return {
    headers: [
      ...fixedHeadersFor(headers),
      ...file.headers,
      ...["Content-Encoding", coding, "Content-Length", String(body.length)],
    ],
    body,
  };
}

/** The coding that a request prefers; among several that it likes as much, the smallest. Undefined for none. */
function codingFor(headers: IncomingHttpHeaders): Coding | undefined {
  const preferred = new Negotiator({ headers }).encoding([...CODINGS, "identity"], {
    preferred: [...CODINGS],
  });
  return CODINGS.find((coding) => coding === preferred);
}
