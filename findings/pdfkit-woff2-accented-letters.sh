#!/bin/sh
# pdfkit 0.20.2 (fontkit 2.0.4 beneath it): a document in a WOFF2 font is written as long as no glyph of its text is composed of
# others. With one accented letter that is, `end()` raises a RangeError, long after `text()` took the letter: in the method of
# fontkit's TTFSubset that writes the new numbers of a glyph's parts. The same font as WOFF writes every text.
#
# Seen on Node.js 20.20.2 with the two files of @fontsource/noto-sans 5.3.0 (latin, 400):
#   woff  Zurich: whole
#   woff  Zürich: whole
#   woff2 Zurich: whole
#   woff2 Zürich: RangeError in end(): Offset is outside the bounds of the DataView
#
# Exits 0 while that is so, 1 once it is not. Takes about 15 seconds.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --save-exact --no-audit --no-fund pdfkit@0.20.2 fontkit@2.0.4 @fontsource/noto-sans@5.3.0 >/dev/null 2>&1

cat >main.mjs <<'JS'
import { readFileSync } from "node:fs";
import PDFDocument from "pdfkit";

for (const kind of ["woff", "woff2"])
  for (const text of ["Zurich", "Zürich"]) {
    const font = readFileSync(`node_modules/@fontsource/noto-sans/files/noto-sans-latin-400-normal.${kind}`);
    const document = new PDFDocument();
    document.resume();
    document.font(font).text(text);
    let outcome = "whole";
    try {
      document.end();
    } catch (error) {
      outcome = `${error.name} in end(): ${error.message}`;
    }
    console.log(`${kind.padEnd(5)} ${text}: ${outcome}`);
  }
JS
node main.mjs | tee seen
diff seen - <<'SEEN'
woff  Zurich: whole
woff  Zürich: whole
woff2 Zurich: whole
woff2 Zürich: RangeError in end(): Offset is outside the bounds of the DataView
SEEN
