/** What `next build` has compressed is what `next start` sends, to whom, and what it leaves to Next.js. */

import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { putInFront } from "../fast-path/entrance.ts";
import { compressedFile, MIN_BYTES, precompress } from "./precompress.ts";
import { NO_FILES, readStaticFiles, type StaticFiles, staticAnswer } from "./precompressed.ts";

const SCRIPT = `const names = ["alice", "bob"];\n${"export const pay = () => names;\n".repeat(100)}`;
const STYLE = ".pay { color: green }\n".repeat(100);

let distDir: string;
beforeEach(() => {
  distDir = mkdtempSync(path.join(tmpdir(), "once-static-"));
});
afterEach(() => rmSync(distDir, { recursive: true, force: true }));

function write(name: string, content: string): string {
  const file = path.join(distDir, "static", name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

async function built(files: Record<string, string>): Promise<StaticFiles> {
  for (const [name, content] of Object.entries(files)) write(name, content);
  await precompress({ distDir });
  return readStaticFiles(distDir);
}

const BROTLI_TOO = { "accept-encoding": "gzip, deflate, br" };

function asked(
  files: StaticFiles,
  url: string,
  headers: IncomingHttpHeaders = BROTLI_TOO,
  method: string | undefined = "GET",
) {
  const answer = staticAnswer(files, { method, url, headers });
  if (answer === undefined) return undefined;
  const pairs = Array.from({ length: answer.headers.length / 2 }, (_, at) =>
    answer.headers.slice(2 * at, 2 * at + 2),
  );
  return { body: answer.body, headers: Object.fromEntries(pairs) as Record<string, string> };
}

it("a build's scripts and styles are sent as Next.js would send them, but smaller", async () => {
  const files = await built({ "chunks/0ab~.js": SCRIPT, "chunks/a-b_c.css": STYLE });
  const { mtime, size } = statSync(path.join(distDir, "static/chunks/0ab~.js"));
  const script = asked(files, "/_next/static/chunks/0ab~.js");
  expect(brotliDecompressSync(script?.body ?? Buffer.of()).toString()).toBe(SCRIPT);
  expect(script?.headers).toEqual({
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cache-Control": "public, max-age=31536000, immutable",
    "Accept-Ranges": "none",
    "Last-Modified": mtime.toUTCString(),
    ETag: `W/"${size.toString(16)}-${mtime.getTime().toString(16)}"`,
    "Content-Type": "application/javascript; charset=UTF-8",
    Vary: "Accept-Encoding",
    "Content-Encoding": "br",
    "Content-Length": String(script?.body.length),
  });
  const style = asked(files, "/_next/static/chunks/a-b_c.css", { "accept-encoding": "gzip" });
  expect(gunzipSync(style?.body ?? Buffer.of()).toString()).toBe(STYLE);
  expect(style?.headers).toMatchObject({
    "Content-Type": "text/css; charset=UTF-8",
    "Content-Encoding": "gzip",
  });
  const behindTls = asked(files, "/_next/static/chunks/a-b_c.css", {
    ...BROTLI_TOO,
    "x-forwarded-proto": "https",
  });
  expect(behindTls?.headers).toHaveProperty("Strict-Transport-Security");
});

it("in front of a server they are sent ahead of it, which is asked for everything else", async () => {
  const files = await built({ "a.js": SCRIPT });
  const server = createServer((_incoming, outgoing) => outgoing.end("behind"));
  try {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    putInFront(server, files);
    const from = async (path: string, method: string) => {
      const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
      const answer = await fetch(address, { method, headers: BROTLI_TOO });
      return [answer.headers.get("content-encoding"), await answer.text()];
    };
    expect(await from("/_next/static/a.js", "GET")).toEqual(["br", SCRIPT]);
    expect(await from("/_next/static/a.js", "HEAD")).toEqual(["br", ""]);
    expect(await from("/_next/static/b.js", "GET")).toEqual([null, "behind"]);
    expect(await from("/", "GET")).toEqual([null, "behind"]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

describe("the coding", () => {
  it.each([
    ["gzip, deflate, br, zstd", "br"],
    ["br", "br"],
    ["BR", "br"],
    ["gzip", "gzip"],
    ["gzip, br;q=0.9", "gzip"],
    ["br;q=0.5, gzip;q=0.5", "br"],
    ["br;q=0, gzip", "gzip"],
    ["br; q=0.000, *", "gzip"],
    ["*", "br"],
    ["identity;q=0, *", "br"],
    ["br, identity;q=0.5", "br"],
    ["identity", undefined],
    ["identity, br;q=0.5", undefined],
    ["deflate, zstd", undefined],
    ["br;q=0, gzip;q=0", undefined],
    ["*;q=0", undefined],
    ["brotli, xgzip", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("for %j is %s", async (accepted, coding) => {
    const files = await built({ "a.js": SCRIPT });
    const headers = accepted === undefined ? {} : { "accept-encoding": accepted };
    expect(asked(files, "/_next/static/a.js", headers)?.headers["Content-Encoding"]).toBe(coding);
  });
});

describe("a request", () => {
  it.each([
    ["GET", "/_next/static/chunks/a.js", {}],
    ["HEAD", "/_next/static/chunks/a.js", {}],
    ["GET", "/_next/static/chunks/a.js?dpl=dpl_2-x", {}],
    ["GET", "/_next/static/chunks/a.js?", {}],
    // The whole file: a range would be one of the bytes that are not sent.
    ["GET", "/_next/static/chunks/a.js", { range: "bytes=0-9" }],
    ["GET", "/_next/static/chunks/a.js", { range: "bytes=10-", "if-range": "Mon, 30 Nov 2026 00:00:00 GMT" }],
  ])("%s %s with %j is answered", async (method, url, headers) => {
    const files = await built({ "chunks/a.js": SCRIPT });
    const answer = asked(files, url, { ...BROTLI_TOO, ...headers }, method);
    expect(answer?.headers["Content-Encoding"]).toBe("br");
    expect(brotliDecompressSync(answer?.body ?? Buffer.of()).toString()).toBe(SCRIPT);
  });

  it.each([
    ["POST", "/_next/static/chunks/a.js", {}],
    ["OPTIONS", "/_next/static/chunks/a.js", {}],
    ["GET", "/_next/static/chunks/b.js", {}],
    ["GET", "/_next/static/chunks/a.js.br", {}],
    ["GET", "/_next/static/chunks/", {}],
    ["GET", "/_next/static/chunks/a.js/", {}],
    ["GET", "/_next/static/chunks//a.js", {}],
    ["GET", "/_next/static/chunks/%61.js", {}],
    ["GET", "/_next/static/chunks/../chunks/a.js", {}],
    ["GET", "/_next/static/../static/chunks/a.js", {}],
    ["GET", "/_next/static/../../etc/passwd", {}],
    ["GET", "/_next/static/..%2f..%2fetc/passwd", {}],
    ["GET", "/_next/static\\chunks\\a.js", {}],
    ["GET", "//_next/static/chunks/a.js", {}],
    ["GET", "http://localhost/_next/static/chunks/a.js", {}],
    ["GET", "/_next/static/chunks/a.js?nxtP=1", {}],
    ["GET", "/_next/static/chunks/a.js?dpl=a?b", {}],
    ["GET", "/_next/static/chunks/a.js#x", {}],
    ["GET", "/_next/static/small.js", {}],
    ["GET", "/_next/static/media/a.woff2", {}],
    ["GET", "/_next/static/__proto__", {}],
    ["GET", "/chunks/a.js", {}],
    ["GET", "/_next/static/chunks/a.js", { "if-none-match": 'W/"1-2"' }],
    ["GET", "/_next/static/chunks/a.js", { "if-modified-since": "Mon, 30 Nov 2026 00:00:00 GMT" }],
    ["GET", "/_next/static/chunks/a.js", { "if-match": "*" }],
    ["GET", "/_next/static/chunks/a.js", { "if-unmodified-since": "Mon, 30 Nov 2026 00:00:00 GMT" }],
  ])("%s %s with %j is Next.js's", async (method, url, headers) => {
    const files = await built({
      "chunks/a.js": SCRIPT,
      "small.js": "x".repeat(MIN_BYTES - 1),
      "media/a.woff2": SCRIPT,
    });
    expect(asked(files, url, { ...BROTLI_TOO, ...headers }, method)).toBeUndefined();
  });
});

describe("a file is not there", () => {
  const paths = (files: StaticFiles) => [...files.keys()];

  it("where there is no build, or one that has compressed nothing", async () => {
    expect(await readStaticFiles(distDir)).toEqual(NO_FILES);
    write("a.js", SCRIPT);
    expect(await readStaticFiles(distDir)).toEqual(NO_FILES);
  });

  it("where another build has left its compressed one behind", async () => {
    await built({ "a.js": SCRIPT, "b.js": SCRIPT, "c.js": SCRIPT });
    // Of the same length and age, so that nothing but its content tells.
    const changed = write("a.js", SCRIPT.replaceAll("alice", "malik"));
    const { atime, mtime } = statSync(path.join(distDir, "static/b.js"));
    utimesSync(changed, atime, mtime);
    rmSync(path.join(distDir, "static/c.js"));
    expect(paths(await readStaticFiles(distDir))).toEqual(["/_next/static/b.js"]);
  });

  it("where the compressed one is broken, or there in one coding alone", async () => {
    await built({ "a.js": SCRIPT, "b.js": SCRIPT, "c.js": SCRIPT });
    writeFileSync(compressedFile(distDir, "a.js", "gzip"), "no gzip");
    rmSync(compressedFile(distDir, "b.js", "br"));
    expect(paths(await readStaticFiles(distDir))).toEqual(["/_next/static/c.js"]);
  });

  it("where its name would have to be encoded in an address", async () => {
    expect(paths(await built({ "[id]/a.js": SCRIPT, "b c.js": SCRIPT, "d.js": SCRIPT }))).toEqual([
      "/_next/static/d.js",
    ]);
  });
});
