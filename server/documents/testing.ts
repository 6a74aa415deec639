/** Reads a PDF as a program that searches or reads it aloud does: the text of its lines, by the fonts' own tables. */
import { inflateSync } from "node:zlib";

export type ReadPdf = { pages: string[][]; title: string; lang: string; isTagged: boolean; tags: string[] };

/** A literal string of PDF (ISO 32000-1 §7.3.4.2) in UTF-16 with its mark, else in Latin-1. */
function readString(literal: string): string {
  const escapes: Record<string, string> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };
  const bytes = literal.replaceAll(/\\([\s\S])/g, (_all, escaped: string) => escapes[escaped] ?? escaped);
  if (!bytes.startsWith("\u00fe\u00ff")) return bytes;
  return Buffer.from(bytes.slice(2), "latin1").swap16().toString("utf16le");
}

const LITERAL = String.raw`\(((?:\\[\s\S]|[^\\)])*)\)`;

/** Reads what pdfkit writes. Throws where something is not as it writes it. */
export function readPdf(file: Buffer): ReadPdf {
  const text = file.toString("latin1");
  const objects = new Map<string, string>();
  for (const [, id = "", body = ""] of text.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g))
    objects.set(id, body);
  const object = (id: string | undefined): string => {
    const found = objects.get(id ?? "");
    if (found === undefined) throw new Error(`The file has no object ${id}.`);
    return found;
  };
  const reference = (body: string, name: string): string | undefined =>
    new RegExp(String.raw`/${name} (\d+) 0 R`).exec(body)?.[1];
  const stream = (body: string): string => {
    const [, data = ""] = /stream\n([\s\S]*)\nendstream/.exec(body) ?? [];
    const bytes = Buffer.from(data, "latin1");
    return (body.includes("/FlateDecode") ? inflateSync(bytes) : bytes).toString("latin1");
  };

  /** What each glyph of a font means, from its ToUnicode table. */
  const meaningsOf = (fontId: string | undefined): Map<number, string> => {
    const meanings = new Map<number, string>();
    const table = stream(object(reference(object(fontId), "ToUnicode")));
    for (const [, from = "", , list = ""] of table.matchAll(/<(\w+)> <(\w+)> \[(.*?)\]/gs)) {
      const first = Number.parseInt(from, 16);
      [...list.matchAll(/<(.*?)>/g)].forEach(([, hex = ""], at) => {
        const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
        meanings.set(first + at, bytes.swap16().toString("utf16le"));
      });
    }
    return meanings;
  };

  const readPage = (page: string): string[] => {
    const resources = object(reference(page, "Resources"));
    const fonts = new Map(
      [...resources.matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name, id]) => [name, meaningsOf(id)]),
    );
    const lines: string[] = [];
    let [font, told, lineAt]: [Map<number, string> | undefined, boolean, string] = [undefined, false, ""];
    const say = (words: string): void => {
      lines.push((lines.pop() ?? "") + words);
    };
    const content = stream(object(reference(page, "Contents")));
    // Spans bring their text before their glyphs; each text says where it stands.
    let actual: string | undefined;
    const operators = new RegExp(
      String.raw`ActualText ${LITERAL}|(EMC)|1 0 0 1 \S+ (\S+) Tm|/(F\d+) \S+ Tf|\[(.*?)\] TJ`,
      "gs",
    );
    for (const [, literal, end, y, name, glyphs] of content.matchAll(operators)) {
      if (literal !== undefined) actual = readString(literal);
      else if (end) [actual, told] = [undefined, false];
      else if (y !== undefined) {
        if (y !== lineAt) lines.push("");
        lineAt = y;
      } else if (name !== undefined) font = fonts.get(name);
      else if (actual !== undefined) {
        if (!told) say(actual);
        told = true;
      } else
        for (const [, hex = ""] of (glyphs ?? "").matchAll(/<(\w+)>/g))
          for (const glyph of hex.match(/.{4}/g) ?? []) {
            const meaning = font?.get(Number.parseInt(glyph, 16));
            if (meaning === undefined) throw new Error(`Nobody knows what glyph ${glyph} means.`);
            say(meaning);
          }
    }
    return lines;
  };

  const catalogue = object(/\/Root (\d+) 0 R/.exec(text)?.[1]);
  const info = object(/\/Info (\d+) 0 R/.exec(text)?.[1]);
  const [, kids = ""] = /\/Kids \[(.*?)\]/.exec(object(reference(catalogue, "Pages"))) ?? [];
  return {
    pages: [...kids.matchAll(/(\d+) 0 R/g)].map(([, id]) => readPage(object(id))),
    title: readString(new RegExp(LITERAL).exec(object(reference(info, "Title")))?.[1] ?? ""),
    lang: readString(new RegExp(`/Lang ${LITERAL}`).exec(catalogue)?.[1] ?? ""),
    isTagged: object(reference(catalogue, "MarkInfo")).includes("/Marked true"),
    tags: [...objects.values()].flatMap((body) => /^\/S \/(\w+)/m.exec(body)?.[1] ?? []),
  };
}
