/**
 * The fonts of documents, by the letters they have. Names come in every alphabet, and a document shows what is embedded in
 * it alone: Noto Sans, in the subsets that its package has.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, sep } from "node:path";
import PDFDocument from "pdfkit";
import { unpackWoff } from "./woff.ts";

/** In this order they are asked for a letter. */
const SUBSETS = [
  "latin",
  "latin-ext",
  "vietnamese",
  "greek",
  "greek-ext",
  "cyrillic",
  "cyrillic-ext",
  "devanagari",
] as const;
export type Subset = (typeof SUBSETS)[number];

export type Weight = "400" | "600";

/** Letters that change their shape or place by their neighbours: what is drawn no longer says what was written. */
const SHAPED = /\p{Script=Devanagari}/u;
/** What is drawn as nothing: what chooses the form of the letter before it, and what turns the direction of text. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/u;

/** A piece of text in one font; without a font where none has its letters. */
export type Run = {
  text: string;
  font: Subset | undefined;
  /** Whether a reader of the file has to be told the text, because what is drawn does not say it. */
  needsText: boolean;
};

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const coverages = new Map<Subset, ReadonlySet<number>>();
const fonts = new Map<string, Font>();

/**
 * Where the fonts are, found at run time: a bundler would give them other names. They are looked for above the working folder
 * and above the program that was started, so that a server finds them wherever it was started from.
 */
function fontFile(subset: Subset, weight: Weight): string {
  const file = `noto-sans-${subset}-${weight}-normal.woff`;
  for (const start of [process.cwd(), dirname(process.argv[1] ?? ".")]) {
    for (let folder = start; ; folder = dirname(folder)) {
      const candidate = [folder, "node_modules", "@fontsource", "noto-sans", "files", file].join(sep);
      if (existsSync(/* turbopackIgnore: true */ candidate)) return candidate;
      if (folder === dirname(folder)) break;
    }
  }
  throw new Error(`The font ${file} is missing: run npm ci.`);
}

/** A font as pdfkit reads and takes it. It keeps what it has looked up, and a document of fonts read anew takes ten times as long. */
type Font = { characterSet: number[] };

/** A font, read once in this process. Throws where the package is not installed. */
export function fontOf(subset: Subset, weight: Weight): Font {
  const known = fonts.get(`${subset} ${weight}`);
  if (known) return known;
  const data = unpackWoff(readFileSync(/* turbopackIgnore: true */ fontFile(subset, weight)));
  const read: unknown = Reflect.get(new PDFDocument({ font: data as unknown as string }), "_font");
  const { font } = read as { font: Font };
  fonts.set(`${subset} ${weight}`, font);
  return font;
}

/** Every code point that a font has a letter for. The package's own list of ranges names more than there is. */
function coverageOf(subset: Subset): ReadonlySet<number> {
  const known = coverages.get(subset);
  if (known) return known;
  const coverage = new Set(fontOf(subset, "400").characterSet);
  coverages.set(subset, coverage);
  return coverage;
}

/** Whether a font has all of one letter, with its marks. */
function has(subset: Subset, grapheme: string): boolean {
  const coverage = coverageOf(subset);
  return [...grapheme].every((letter) => coverage.has(letter.codePointAt(0) ?? 0));
}

/**
 * Splits text into runs of one font each, letter by letter with its marks, in Unicode's composed form. A space stays with
 * what is before it. Whatever no font has is a run without one: nothing is left out, and nothing is put in its place.
 */
export function runsOf(text: string): Run[] {
  const runs: Run[] = [];
  for (const { segment } of graphemes.segment(text.normalize("NFC").replaceAll(/\s/gu, " "))) {
    const before = runs.at(-1);
    const drawn = [...segment].filter((letter) => !UNSEEN.test(letter)).join("");
    const isShaped = SHAPED.test(segment);
    // A joiner between letters that are shaped says how.
    const letters = isShaped ? segment : drawn;
    if (letters === "") continue;
    const keeps = before?.font !== undefined && has(before.font, letters);
    const font = keeps ? before.font : SUBSETS.find((subset) => has(subset, letters));
    const needsText = font === undefined || isShaped;
    const belongs = before && before.font === font && (before.needsText === needsText || letters === " ");
    if (belongs) before.text += font === undefined ? segment : letters;
    else runs.push({ text: font === undefined ? segment : letters, font, needsText });
  }
  return runs;
}

/** How many letters a text has. */
export function countLetters(text: string): number {
  return [...graphemes.segment(text)].length;
}
