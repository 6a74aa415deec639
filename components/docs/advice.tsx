/** A table of two columns: what a client sees, and what it does then. */
export function Advice({
  head,
  rows,
}: {
  head: readonly [string, string];
  rows: readonly (readonly [string, string])[];
}) {
  return (
    <table className="mt-4 w-full border-collapse text-left text-sm sm:text-base">
      <thead className="sr-only sm:not-sr-only">
        <tr className="border-b border-line-strong">
          {head.map((title) => (
            <th key={title} scope="col" className="py-2 pr-6 font-semibold">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([when, then]) => (
          <tr key={when} className="border-b border-line align-top">
            <th
              scope="row"
              className="block pt-3 font-semibold sm:table-cell sm:w-2/5 sm:py-3 sm:pr-6 sm:font-medium"
            >
              {when}
            </th>
            <td className="block pt-1 pb-3 text-soft sm:table-cell sm:py-3">{then}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
