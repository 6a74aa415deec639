/** A database's schema as its catalog has it: every object of `public`, each as text that is equal where the objects are. */
import type postgres from "postgres";

/** By what it is and its name ("function settle_payments_v1"), in the order of a readable dump. */
export type Catalog = ReadonlyMap<string, string>;

/** Each gives `subject` and `definition`; columns, constraints and indexes are lines of their table. */
const QUERIES = [
  `select 'table ' || c.relname as subject, string_agg(line, E'\\n' order by rank, line) as definition
     from pg_class c
     cross join lateral (
       select 1 as rank, format('  %s %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                case when a.attnotnull then ' not null' else '' end,
                coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')) as line
         from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       union all
       select 2, format('  constraint %s %s', k.conname, pg_get_constraintdef(k.oid)) from pg_constraint k
        where k.conrelid = c.oid and k.contype <> 'n'
       union all
       select 3, '  ' || pg_get_indexdef(i.indexrelid) from pg_index i
        where i.indrelid = c.oid
          and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.conrelid = c.oid)
     ) lines
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace group by c.relname`,
  `select 'storage ' || c.relname as subject, '  ' || array_to_string(c.reloptions, ', ') as definition
     from pg_class c
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.reloptions is not null`,
  `select 'type ' || c.relname as subject,
          string_agg(format('  %s %s', a.attname, format_type(a.atttypid, a.atttypmod)), E'\\n' order by a.attnum)
            as definition
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind = 'c' and c.relnamespace = 'public'::regnamespace group by c.relname`,
  `select 'view ' || c.relname as subject, pg_get_viewdef(c.oid) as definition
     from pg_class c where c.relkind = 'v' and c.relnamespace = 'public'::regnamespace`,
  `select 'function ' || p.proname as subject,
          string_agg(pg_get_functiondef(p.oid) || case when has_function_privilege('public', p.oid, 'execute')
                       then '-- anybody may call it' else '-- nobody may call it but its owner' end, E'\\n' order by p.oid)
            as definition
     from pg_proc p where p.pronamespace = 'public'::regnamespace group by p.proname`,
  `select 'trigger ' || t.tgname as subject,
          pg_get_triggerdef(t.oid) || case t.tgenabled when 'A' then E'\\n  always' when 'O' then '' else ' off' end
            as definition
     from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = 'public'::regnamespace and not t.tgisinternal`,
  `select 'rows ledger_seal_head' as subject, '  ' || count(*)::text as definition from ledger_seal_head
    having count(*) > 0`,
];

/** Reads the schema that `sql` is connected to. */
export async function readCatalog(sql: Pick<postgres.Sql, "unsafe">): Promise<Catalog> {
  const objects = new Map<string, string>();
  for (const query of QUERIES) {
    const rows = await sql.unsafe<{ subject: string; definition: string }[]>(`${query} order by 1`);
    for (const { subject, definition } of rows) objects.set(subject, definition.trimEnd());
  }
  return objects;
}

/** What a function of ours is: the dump says it once, and of a function only what is otherwise. */
const USUAL = [
  " LANGUAGE plpgsql",
  " SECURITY DEFINER",
  " SET search_path TO 'pg_catalog', 'public', 'pg_temp'",
  "-- nobody may call it but its owner",
];
/** A function without one of these would not say so by itself. */
const MARKS = [
  [" SECURITY DEFINER", " SECURITY INVOKER"],
  [" SET search_path", "-- with its caller's search_path"],
] as const;

/**
 * The whole schema as one readable text. A function's body that stands in a source file to the letter is named by that file;
 * any other is written out, so that it shows.
 */
export function dumpOf(catalog: Catalog, sources: readonly { file: string; text: string }[]): string {
  const ofFunction = (definition: string): string => {
    const named = definition.replace(/\$function\$([\s\S]*)\$function\$/, (whole, body: string) => {
      const source = sources.find(({ text }) => text.includes(`$$${body}$$`));
      return source ? `in ${source.file}` : whole;
    });
    const missing = MARKS.flatMap(([usual, mark]) => (named.includes(`\n${usual}`) ? [] : [mark]));
    return [...named.split("\n").filter((line) => !USUAL.includes(line)), ...missing].join("\n");
  };
  const triggers = new Map<string, string[]>();
  for (const [subject, definition] of catalog) {
    const table = / ON public\.(\w+)/.exec(subject.startsWith("trigger ") ? definition : "")?.[1];
    if (table) triggers.set(table, [...(triggers.get(table) ?? []), `  ${definition.replace("\n", "")}`]);
  }
  const objects = [...catalog].flatMap(([subject, definition]) => {
    const [kind, name = ""] = subject.split(" ");
    // What a function is it says itself; triggers and storage are lines of their table, as its constraints are.
    if (kind === "function") return [ofFunction(definition)];
    if (kind === "trigger" || kind === "storage") return [];
    const lines = [`== ${subject}`, definition];
    const storage = catalog.get(`storage ${name}`);
    if (kind === "table" && storage) lines.push(`  storage ${storage.trim()}`);
    if (kind === "table" || kind === "view") lines.push(...(triggers.get(name) ?? []));
    return [lines.join("\n")];
  });
  return [`== every function, unless it says otherwise\n${USUAL.join("\n")}`, ...objects]
    .join("\n\n")
    .concat("\n");
}

/** The objects that the two do not have alike, sorted. */
export function differing(one: Catalog, other: Catalog): string[] {
  const subjects = new Set([...one.keys(), ...other.keys()]);
  return [...subjects].filter((subject) => one.get(subject) !== other.get(subject)).sort();
}
