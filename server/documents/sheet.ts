/** Pages of a document: text in whatever fonts have its letters, set in lines, over as many pages as it takes, and tagged. */
import PDFDocument from "pdfkit";
import type { Locale } from "@/lib/locale";
import { countLetters, fontOf, type Run, runsOf, type Subset, type Weight } from "./fonts.ts";

/** A4, in points. */
const PAGE = { width: 595.28, height: 841.89 };
const MARGIN = 56;
/** Room for the line at the foot of each page. */
const FOOT = 40;
const LINE_HEIGHT = 1.45;
/** Where letters stand in their line, from its top. */
const BASELINE = 1.06;
/** What has no more lines than this is not broken over two pages. */
const WHOLE_LINES_MAX = 6;

export const CONTENT_WIDTH = PAGE.width - 2 * MARGIN;

const INK = "#17211c";
export const SOFT = "#4d5a53";
const LINE = "#cfcabb";

export type Style = { size: number; weight: Weight; colour: string };

export const BODY: Style = { size: 10, weight: "400", colour: INK };

type Placed = { x: number; width: number; align?: "left" | "right" };
type Line = { runs: Run[]; width: number };

/** An element of the document's structure that text is put into. */
export type Element = PDFKit.PDFStructureElement;

export class Sheet {
  readonly #doc: PDFKit.PDFDocument;
  readonly #root: Element;
  readonly #fonts = new Set<string>();
  #y = MARGIN;
  /** Whether a letter was met that no font has. */
  hasBoxes = false;

  /** `at` is the document's time: the same content makes the same bytes. */
  constructor({ title, locale, at }: { title: string; locale: Locale; at: Date }) {
    this.#doc = new PDFDocument({
      size: "A4",
      margin: 0,
      // What is drawn by name later is registered then; this one keeps the standard fonts out, which have no Unicode.
      font: fontOf("latin", "400") as unknown as string,
      bufferPages: true,
      tagged: true,
      pdfVersion: "1.7",
      lang: locale,
      displayTitle: true,
      info: {
        Title: title,
        Author: "Once",
        Creator: "Once",
        Producer: "Once",
        CreationDate: at,
        ModDate: at,
      },
    });
    this.#root = this.#doc.struct("Document");
    this.#doc.addStructure(this.#root);
  }

  /** Opens an element in the document, or in `parent`. */
  element(type: string, parent?: Element, options?: { scope?: "Row" | "Column" }): Element {
    const element = this.#doc.struct(type, options as PDFKit.Mixins.StructureElementOptions | undefined);
    (parent ?? this.#root).add(element);
    return element;
  }

  /** Leaves room, unless a page begins here. */
  space(points: number): void {
    if (this.#y > MARGIN) this.#y += points;
  }

  /** A thin line across, with room around it. */
  rule(): void {
    this.space(10);
    this.#need(20);
    this.#artifact(() =>
      this.#doc
        .moveTo(MARGIN, this.#y)
        .lineTo(PAGE.width - MARGIN, this.#y)
        .lineWidth(0.75)
        .strokeColor(LINE)
        .stroke(),
    );
    this.#y += 10;
  }

  /** Begins another page where less than `points` are left on this one: a heading stays with what it is about. */
  keepTogether(points: number): void {
    this.#need(points);
  }

  /** A paragraph over the whole width. */
  paragraph(text: string, style: Style, type = "P"): void {
    this.row([{ text, style, place: { x: 0, width: CONTENT_WIDTH }, element: this.element(type) }]);
  }

  /** Texts side by side, each in its own column and element. A row is as high as its longest text, and may go over pages. */
  row(cells: readonly { text: string; style: Style; place: Placed; element: Element }[]): void {
    const columns = cells.map((cell) => ({
      ...cell,
      lines: this.#linesOf(cell.text, cell.style, cell.place.width),
    }));
    const height = Math.max(...columns.map(({ style }) => style.size * LINE_HEIGHT));
    const count = Math.max(...columns.map(({ lines }) => lines.length));
    if (count <= WHOLE_LINES_MAX) this.#need(count * height);
    for (let at = 0; at < count; at += 1) {
      this.#need(height);
      for (const { lines, style, place, element } of columns) {
        const line = lines[at];
        if (line) this.#draw(line, style, place, element);
      }
      this.#y += height;
    }
  }

  /** Writes a line at the foot of every page, and returns the file. */
  async finish(foot: (page: number, pages: number) => string): Promise<Buffer> {
    const doc = this.#doc;
    const style = { ...BODY, size: 8, colour: SOFT };
    const { count } = doc.bufferedPageRange();
    for (let page = 0; page < count; page += 1) {
      doc.switchToPage(page);
      this.#y = PAGE.height - FOOT;
      for (const line of this.#linesOf(foot(page + 1, count), style, CONTENT_WIDTH))
        this.#artifact(() => this.#draw(line, style, { x: 0, width: CONTENT_WIDTH }));
    }
    this.#root.end();
    const chunks: Buffer[] = [];
    return await new Promise((resolve, reject) => {
      doc.on("data", (chunk: Buffer) => chunks.push(chunk));
      doc.on("end", () => resolve(Buffer.concat(chunks)));
      doc.on("error", reject);
      doc.end();
    });
  }

  #need(points: number): void {
    if (this.#y + points <= PAGE.height - MARGIN - FOOT / 2) return;
    this.#doc.addPage();
    this.#y = MARGIN;
  }

  #artifact(draw: () => void): void {
    this.#doc.markContent("Artifact", { type: "Layout" });
    draw();
    this.#doc.endMarkedContent();
  }

  #use(subset: Subset, { size, weight, colour }: Style): PDFKit.PDFDocument {
    const name = `${subset} ${weight}`;
    if (!this.#fonts.has(name)) {
      this.#doc.registerFont(name, fontOf(subset, weight) as unknown as string);
      this.#fonts.add(name);
    }
    return this.#doc.font(name).fontSize(size).fillColor(colour);
  }

  #widthOf(run: Run, style: Style): number {
    return this.#use(run.font ?? "latin", style).widthOfString(drawnAs(run));
  }

  /** Breaks text into lines: after spaces and hyphens, and where a word is longer than a line, after a letter. */
  #linesOf(text: string, style: Style, width: number): Line[] {
    const lines: Line[] = [];
    let line: Line = { runs: [], width: 0 };
    const end = (): void => {
      lines.push(line);
      line = { runs: [], width: 0 };
    };
    const add = (runs: readonly Run[]): void => {
      for (const run of runs) {
        line.width += this.#widthOf(run, style);
        const before = line.runs.at(-1);
        if (before && before.font === run.font && before.needsText === run.needsText) before.text += run.text;
        else line.runs.push({ ...run });
      }
    };
    const fits = (word: string): boolean =>
      line.width + runsOf(word.trimEnd()).reduce((sum, run) => sum + this.#widthOf(run, style), 0) <= width;
    for (const word of text.split(/(?<=[ \t\n-])/u)) {
      if (line.width > 0 && !fits(word)) end();
      if (fits(word)) {
        add(runsOf(word));
        continue;
      }
      for (const letter of lettersOf(word)) {
        if (line.width > 0 && !fits(letter)) end();
        add(runsOf(letter));
      }
    }
    if (line.runs.length > 0 || lines.length === 0) end();
    return lines;
  }

  /** Draws a line; into `element`, where it is no artifact. */
  #draw(line: Line, style: Style, { x, width, align }: Placed, element?: Element): void {
    let left = MARGIN + x + (align === "right" ? width - this.#inked(line, style) : 0);
    for (const run of line.runs) {
      // A reader of the file is told what boxes stand for, and what letters were before they were shaped.
      const told = element && run.needsText ? { actual: run.text } : {};
      const content = element && this.#doc.markStructureContent("Span", told);
      if (run.font === undefined) this.hasBoxes = true;
      this.#use(run.font ?? "latin", style).text(drawnAs(run), left, this.#y + style.size * BASELINE, {
        lineBreak: false,
        baseline: "alphabetic",
      });
      if (content) {
        this.#doc.endMarkedContent();
        element.add(content);
      }
      left += this.#widthOf(run, style);
    }
  }

  /** The width of a line without the space that it ends in. */
  #inked(line: Line, style: Style): number {
    return line.runs.reduce((sum, run, at) => {
      const isLast = at === line.runs.length - 1;
      return sum + this.#widthOf(isLast ? { ...run, text: run.text.trimEnd() } : run, style);
    }, 0);
  }
}

/** A letter that no font has is drawn as a box: no font has this one either, and a font draws what it lacks as a box. */
function drawnAs({ text, font }: Run): string {
  return font === undefined ? "□".repeat(countLetters(text)) : text;
}

function lettersOf(word: string): string[] {
  return [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(word)].map(
    ({ segment }) => segment,
  );
}
