import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { fontOf, runsOf } from "./fonts.ts";

describe("the fonts of documents", () => {
  it("have the same letters in both weights", () => {
    for (const subset of ["latin", "latin-ext", "vietnamese", "greek", "cyrillic", "devanagari"] as const)
      expect(fontOf(subset, "600").characterSet).toEqual(fontOf(subset, "400").characterSet);
  });

  it("have no letter for a box, so that a box is drawn for it", () => {
    expect(runsOf("□")).toEqual([{ text: "□", font: undefined, needsText: true }]);
  });

  const before = process.cwd();
  afterEach(() => process.chdir(before));

  it("are found from wherever the server was started", () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "once-fonts-"));
    process.chdir(elsewhere);
    // Not read before in this process.
    expect(fontOf("greek-ext", "600").characterSet.length).toBeGreaterThan(100);
    process.chdir(before);
    rmSync(elsewhere, { recursive: true });
  });
});

describe("text is split", () => {
  it("where another font has the letters, a space staying with what is before", () => {
    expect(runsOf("Anna Ольга").map(({ text, font }) => [text, font])).toEqual([
      ["Anna ", "latin"],
      ["Ольга", "cyrillic"],
    ]);
  });

  it("never between a letter and its marks", () => {
    // The ring is in another font than the letter below it.
    const runs = runsOf("q\u030a");
    expect(runs.map(({ text }) => text)).toEqual(["q\u030a"]);
  });

  it("with every letter in some run, drawn or not", () => {
    const text = "Zoë 山田 прив\u0435т";
    expect(
      runsOf(text)
        .map((run) => run.text)
        .join(""),
    ).toBe(text);
  });
});
