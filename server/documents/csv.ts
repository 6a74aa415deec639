/**
 * Tables as CSV (RFC 4180), a page of rows at a time: however long a table is, one page of it is in memory, and where the
 * reader is slow nothing is read ahead and nothing in the database waits.
 *
 * What a spreadsheet would take for a formula gets an apostrophe before it, at the beginning of a cell (csv-stringify's
 * `escape_formulas`) and behind what a spreadsheet parts cells by where it is set to other signs than ours: words of people
 * are never carried out on somebody's desk. Amounts are figures of our own and stay figures.
 */
import { stringify } from "csv-stringify/sync";
import { LENGTH_HEADER } from "../http/node-server/content-length.ts";

/** A number as figures: minus, digits, point. */
type Figures = { figures: string };
export type CsvCell = string | Figures | null;

/** UTF-8 is what spreadsheets take a file for that begins with this; a program needs none. */
const BYTE_ORDER_MARK = "\ufeff";
/** So much is gathered before it is sent: a file that ends within it is sent with its length, so that half of one is seen to be half. */
const GATHERED_MAX_BYTES = 1_000_000;

/** What parts cells and rows elsewhere: ";" where the comma is for decimals. There our quotes may be read as text. */
const OTHER_SEPARATORS = /[;|\t\r\n]/;
const HIDDEN_FORMULA = /([;|\t\r\n]+)(?=["\s]*[=+\-@＝＋－＠])/g;

/** Rows as text. Throws on a figure that is none. */
export function csvText(rows: readonly (readonly CsvCell[])[]): string {
  return stringify(
    rows.map((row) => [...row]),
    {
      record_delimiter: "windows",
      escape_formulas: true,
      quoted_match: OTHER_SEPARATORS,
      cast: {
        string: (text) => text.replace(HIDDEN_FORMULA, "$1'"),
        object: (value) => {
          const { figures } = value as Figures;
          if (!/^-?\d+(\.\d+)?$/.test(figures)) throw new Error(`Bug: "${figures}" is no number.`);
          return { value: figures, escape_formulas: false };
        },
      },
    },
  );
}

async function* bytesOf(
  header: readonly string[],
  pages: AsyncIterable<readonly (readonly CsvCell[])[]>,
  isForSpreadsheet: boolean,
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  yield encoder.encode(`${isForSpreadsheet ? BYTE_ORDER_MARK : ""}${csvText([header])}`);
  for await (const rows of pages) if (rows.length > 0) yield encoder.encode(csvText(rows));
}

/**
 * A table as a file called `fileName`, of plain letters. `isForSpreadsheet`: it begins with a byte order mark. A failure while
 * it is gathered is thrown; one later on breaks the connection off, so that no browser takes the file for a whole one.
 */
export async function csvResponse(
  fileName: string,
  header: readonly string[],
  pages: AsyncIterable<readonly (readonly CsvCell[])[]>,
  { isForSpreadsheet }: { isForSpreadsheet: boolean },
): Promise<Response> {
  const bytes = bytesOf(header, pages, isForSpreadsheet);
  const gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  let isWhole = false;
  while (gatheredBytes <= GATHERED_MAX_BYTES && !isWhole) {
    const { value, done } = await bytes.next();
    if (value) {
      gathered.push(value);
      gatheredBytes += value.byteLength;
    }
    isWhole = done === true;
  }
  const headers = {
    "content-type": "text/csv; charset=utf-8; header=present",
    "content-disposition": `attachment; filename="${fileName}"`,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  };
  if (isWhole) {
    return new Response(Buffer.concat(gathered), {
      headers: { ...headers, [LENGTH_HEADER]: String(gatheredBytes) },
    });
  }
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = gathered.shift();
        if (next) return controller.enqueue(next);
        const { value, done } = await bytes.next();
        if (value) controller.enqueue(value);
        if (done) controller.close();
      },
      async cancel() {
        await bytes.return();
      },
    },
    // Nothing is read ahead of the reader.
    { highWaterMark: 0 },
  );
  return new Response(body, { headers });
}
