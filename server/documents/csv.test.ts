/** What a spreadsheet, a program and a slow reader get of a table. */
import { describe, expect, it } from "vitest";
import { LENGTH_HEADER } from "../http/node-server/content-length.ts";
import { type CsvCell, csvResponse, csvText } from "./csv.ts";

async function* pagesOf(...pages: CsvCell[][][]) {
  for (const page of pages) yield page;
}

const HEADER = ["name", "amount"];

describe("a cell", () => {
  it.each(["=1+1", "+1", "-1+1", "@SUM(A1)", "\tx", "\rx", "＝1", "＋1", "－1", "＠x"])(
    "that begins like the formula %j is text",
    (cell) => {
      const written = csvText([[cell]]);
      expect(written.replace(/^"/, "").startsWith(`'${cell[0]}`)).toBe(true);
    },
  );

  it.each([
    ["x;=1+1", `"x;'=1+1"`],
    ["x; @SUM(A1)", `"x;' @SUM(A1)"`],
    ["x\t+1", `"x\t'+1"`],
    ["x|-1", `"x|'-1"`],
    ["x\r\n=1", `"x\r\n'=1"`],
    ['x;"=1"', `"x;'""=1"""`],
    ["x;＝1", `"x;'＝1"`],
    ["=1;=1", `"'=1;'=1"`],
    ["x;1", `"x;1"`],
    ["x, -1", `"x, -1"`],
  ])("that holds what another separator makes a formula, %j, is text there, too", (cell, written) => {
    expect(csvText([[cell]])).toBe(`${written}\r\n`);
  });

  it("that quotes, breaks a line or has a comma stays one cell", () => {
    expect(csvText([['say "hi", =1\r\nthere', "é 🎁"]])).toBe('"say ""hi"", =1\r\nthere",é 🎁\r\n');
  });

  it("of figures stays figures, also below zero", () => {
    expect(csvText([[{ figures: "-12.50" }, { figures: "9223372036854775807" }, null, ""]])).toBe(
      "-12.50,9223372036854775807,,\r\n",
    );
    expect(() => csvText([[{ figures: "=1" }]])).toThrow("is no number");
  });
});

describe("a file", () => {
  it("begins with a byte order mark where a spreadsheet opens it, and with its first column elsewhere", async () => {
    const open = async (isForSpreadsheet: boolean) => {
      const response = await csvResponse("a.csv", HEADER, pagesOf([["é", { figures: "1" }]]), {
        isForSpreadsheet,
      });
      return Buffer.from(await response.arrayBuffer());
    };
    const [sheet, program] = [await open(true), await open(false)];
    expect(sheet.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    expect(program.toString("utf8")).toBe("name,amount\r\né,1\r\n");
    expect(sheet.subarray(3)).toEqual(program);
  });

  it("that is short says its length, and what it is", async () => {
    const response = await csvResponse("a.csv", HEADER, pagesOf([], [["x", null]]), {
      isForSpreadsheet: false,
    });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/csv; charset=utf-8; header=present",
      "content-disposition": 'attachment; filename="a.csv"',
      "cache-control": "no-store",
      [LENGTH_HEADER]: String("name,amount\r\nx,\r\n".length),
    });
  });

  it("that is long is read no faster than its reader reads, and no further than they do", async () => {
    const row: CsvCell[] = ["x".repeat(100_000), null];
    let made = 0;
    let isEnded = false;
    async function* endless() {
      try {
        for (;;) {
          made += 1;
          yield [row];
        }
      } finally {
        isEnded = true;
      }
    }
    const response = await csvResponse("a.csv", HEADER, endless(), { isForSpreadsheet: false });
    expect(response.headers.has(LENGTH_HEADER)).toBe(false);
    const gathered = made;
    expect(gathered).toBeLessThan(20);
    const reader = response.body?.getReader();
    for (let n = 0; n < gathered + 5; n += 1) await reader?.read();
    // Whatever would be read ahead is, by then.
    for (let n = 0; n < 20; n += 1) await new Promise(setImmediate);
    expect(made).toBeLessThanOrEqual(gathered + 6);
    await reader?.cancel();
    expect(isEnded).toBe(true);
  });

  it("that cannot be read on is broken off", async () => {
    async function* failing() {
      yield [["x".repeat(2_000_000), null]] as CsvCell[][];
      throw new Error("The database is gone.");
    }
    const response = await csvResponse("a.csv", HEADER, failing(), { isForSpreadsheet: false });
    await expect(response.text()).rejects.toThrow();
    const failingAtOnce = {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("gone")) }),
    };
    await expect(csvResponse("a.csv", HEADER, failingAtOnce, { isForSpreadsheet: false })).rejects.toThrow(
      "gone",
    );
  });
});
