import { expect, it } from "vitest";
import { describeFailure } from "./failure.ts";

it.each([
  ["ENOSPC: no space left on device, write", /^The disk is full: .* cannot write to \/data\. Make room/],
  ['initdb: error: could not write to file "x": No space left on device', /^The disk is full/],
  [
    "EROFS: read-only file system, open '/data/postgres.json'",
    /^\/data lies on a read-only disk: .*ONCE_DATA_DIR/,
  ],
  [
    'FATAL:  could not create lock file "postmaster.pid": Read-only file system',
    /^\/data lies on a read-only disk/,
  ],
  ["EACCES: permission denied, open '/data/x'", /is not permitted to use \/data: make it writable/],
  ["something else", /^otherwise$/],
])("%s is said as what it is", (text, sentence) => {
  expect(describeFailure(text, "/data", "otherwise")).toMatch(sentence);
});
