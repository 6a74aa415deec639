#!/bin/sh
# csv-stringify 6.9.0: with `escape_formulas` an amount that is a string gets an apostrophe as soon as it is negative, so every
# payment out of a bank statement is text in a spreadsheet and sums to nothing. Amounts are strings where they are exact
# (decimals from a database, formatted minor units); a number or a bigint of the same value is left alone, and so is the
# minus sign that Intl writes in some languages (U+2212).
#
# Seen on Node.js 20.20.2:
#   string "12.50"   12.50
#   string "-12.50"  '-12.50
#   number -12.5     -12.5
#   bigint -1250n    -1250
#   sv-SE            −12,50
#
# Exits 0 while that is so, 1 once it is not. Takes a few seconds.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --save-exact --no-audit --no-fund csv-stringify@6.9.0 >/dev/null 2>&1

cat >main.mjs <<'JS'
import { stringify } from "csv-stringify/sync";

const swedish = new Intl.NumberFormat("sv-SE", { minimumFractionDigits: 2 }).format(-12.5);
for (const [what, value] of [
  ['string "12.50"', "12.50"],
  ['string "-12.50"', "-12.50"],
  ["number -12.5", -12.5],
  ["bigint -1250n", -1250n],
  ["sv-SE", swedish],
]) {
  const cell = stringify([[value]], { escape_formulas: true, quoted_match: null }).trimEnd();
  console.log(`${what.padEnd(16)} ${cell.replaceAll('"', "")}`);
}
JS
node main.mjs | tee seen
diff seen - <<'SEEN'
string "12.50"   12.50
string "-12.50"  '-12.50
number -12.5     -12.5
bigint -1250n    -1250
sv-SE            −12,50
SEEN
