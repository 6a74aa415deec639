/**
 * The fields of a form that was sent, as a schema reads them. The same in the browser, before it is sent, and on the
 * server: both then hold the same schema against the same thing.
 */

/** How many rows a form of ours can have, and then some: nobody makes the server build a larger array. */
const ROWS_MAX = 200;

export type Fields = { [name: string]: Field };
type Field = string | Fields | Field[];

/** What is of every form and no schema's: what Next.js puts into that of a server action, and who it was opened as. */
const OF_EVERY_FORM = /^(\$ACTION.*|user)$/;

/**
 * Fields by name. A name that was sent more than once is a list; a name with dots is a place in a nested object, and a number
 * in it one in a list: `items.0.description`. Files are left out.
 */
export function readFields(form: FormData | URLSearchParams): Fields {
  const fields: Fields = Object.create(null) as Fields;
  for (const name of new Set(form.keys())) {
    if (OF_EVERY_FORM.test(name)) continue;
    const values = form.getAll(name).filter((value) => typeof value === "string");
    const [first] = values;
    if (first !== undefined) put(fields, name.split("."), values.length === 1 ? first : values);
  }
  return fields;
}

function put(into: Fields | Field[], [key = "", ...rest]: string[], value: Field): void {
  if (Array.isArray(into)) {
    if (!/^\d{1,3}$/.test(key) || Number(key) >= ROWS_MAX) return;
    // Rows are counted by where they stand, so that one that was taken away leaves no hole.
    const index = Number(key);
    while (into.length <= index) into.push("");
    if (rest.length === 0) into[index] = value;
    else into[index] = nested(into[index], rest, value);
  } else if (rest.length === 0) into[key] = value;
  else into[key] = nested(into[key], rest, value);
}

function nested(existing: Field | undefined, path: string[], value: Field): Field {
  const isPlace = /^\d/.test(path[0] ?? "");
  const inner: Fields | Field[] =
    typeof existing === "object" && Array.isArray(existing) === isPlace
      ? existing
      : isPlace
        ? []
        : (Object.create(null) as Fields);
  put(inner, path, value);
  return inner;
}
