/** Lists as CSV files (RFC 4180), for spreadsheets. */
import { Readable } from "node:stream";
import { stringify } from "csv-stringify";

/**
 * Answers with a file called `name`, a line for each row, as they come: no more of them are in memory than the reader has not
 * taken yet. `columns` are the headings, in order, by the names of a row's cells. A cell that a spreadsheet would take for a
 * formula is marked as text: what people wrote calculates nothing. A list that breaks off ends the connection before the
 * file is whole.
 */
export function csvResponse<Name extends string>(
  name: string,
  columns: Record<Name, string>,
  rows: AsyncIterable<Record<Name, string>>,
): Response {
  const source = Readable.from(rows);
  const lines = stringify({
    header: true,
    columns: Object.entries<string>(columns).map(([key, header]) => ({ key, header })),
    escape_formulas: true,
    // Spreadsheets take a file without it for one of their own old encodings.
    bom: true,
    record_delimiter: "windows",
  });
  source.on("error", (error) => lines.destroy(error));
  // A reader who has gone away: nothing more is read for them.
  lines.on("close", () => source.destroy());
  source.pipe(lines);
  return new Response(Readable.toWeb(lines) as ReadableStream, {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${name}"`,
      "cache-control": "no-store",
    },
  });
}
