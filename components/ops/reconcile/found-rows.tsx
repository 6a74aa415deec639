import { useTranslations } from "next-intl";

/** Rows that a check has found, as its SQL names their columns. There are fifty at most. */
export function FoundRows({
  check,
  rows,
  isCut,
}: {
  check: string;
  rows: Record<string, unknown>[];
  isCut: boolean;
}) {
  const t = useTranslations("opsReconcile");
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return (
    <div className="mt-3">
      <p className="text-sm font-semibold text-alert-text">
        {isCut ? t("rowsCut", { count: rows.length }) : t("rowsFound", { count: rows.length })}
      </p>
      <section
        aria-label={t("rowsOf", { check })}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard.
        tabIndex={0}
        className="mt-2 max-h-96 overflow-auto rounded-xl border border-alert-line"
      >
        <table className="w-full text-xs">
          <thead className="bg-alert-wash">
            <tr>
              {columns.map((column) => (
                <th
                  key={column}
                  scope="col"
                  className="px-3 py-2 text-left font-mono font-semibold whitespace-nowrap"
                >
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line bg-card">
            {rows.map((row) => (
              <tr key={JSON.stringify(row)}>
                {columns.map((column) => (
                  <td key={column} className="px-3 py-2 font-mono whitespace-nowrap">
                    <bdi>{written(row[column])}</bdi>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

function written(value: unknown): string {
  if (value === null || value === undefined) return "null";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
