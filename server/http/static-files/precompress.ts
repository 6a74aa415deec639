/**
 * The scripts and styles of a build, compressed once with it and as far as it goes. Next.js compresses them anew for every request,
 * quickly rather than well, and knows no Brotli.
 */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import {
  type BrotliOptions,
  brotliCompress,
  constants,
  gzip,
  type InputType,
  type ZlibOptions,
} from "node:zlib";

/** Content codings (RFC 9110 §8.4.1), the smallest first. */
export const CODINGS = ["br", "gzip"] as const;
export type Coding = (typeof CODINGS)[number];

/** What is compressed; media types as Next.js says them. Fonts and images are compressed in themselves. */
export const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".js": "application/javascript; charset=UTF-8",
  ".css": "text/css; charset=UTF-8",
};

/** A smaller file fits one packet either way, and Next.js sends it as it is. */
export const MIN_BYTES = 1024;

/** What a build's static files are called: nothing that an address would have to encode. */
const PLAIN_NAME = /^[\w./~-]+$/;

export const staticFolder = (distDir: string): string => path.join(distDir, "static");
export const compressedFile = (distDir: string, name: string, coding: Coding): string =>
  path.join(distDir, "precompressed", `${name}.${coding}`);

const BROTLI: BrotliOptions = {
  params: {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
  },
};
const GZIP: ZlibOptions = { level: constants.Z_BEST_COMPRESSION, memLevel: constants.Z_MAX_MEMLEVEL };

const brotli = promisify<InputType, BrotliOptions, Buffer>(brotliCompress);
const compress: Record<Coding, (file: Buffer) => Promise<Buffer>> = {
  br: (file) => brotli(file, BROTLI),
  gzip: (file) => promisify<InputType, ZlibOptions, Buffer>(gzip)(file, GZIP),
};

/** The names of a build's scripts and styles, relative to its static folder and with "/". */
export async function compressibleNames(distDir: string): Promise<string[]> {
  const names = await readdir(staticFolder(distDir), { recursive: true });
  return names
    .map((name) => name.replaceAll(path.sep, "/"))
    .filter((name) => path.extname(name) in CONTENT_TYPES && PLAIN_NAME.test(name));
}

/** Run by `next build` after it has written its static files: compresses those that get smaller by it. */
export async function precompress({ distDir }: { distDir: string }): Promise<void> {
  const names = await compressibleNames(distDir);
  await Promise.all(
    names.map(async (name) => {
      const file = await readFile(path.join(staticFolder(distDir), name));
      if (file.length < MIN_BYTES) return;
      await mkdir(path.dirname(compressedFile(distDir, name, "br")), { recursive: true });
      await Promise.all(
        CODINGS.map(async (coding) =>
          writeFile(compressedFile(distDir, name, coding), await compress[coding](file)),
        ),
      );
    }),
  );
}
