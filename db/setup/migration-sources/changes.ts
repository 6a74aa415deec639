/** From the schema that migrations make to the one that the sources say: the statements of the next migration. */
import { type Catalog, differing } from "./catalog.ts";
import type { SourceStatement } from "./sources.ts";

/**
 * What takes `migrated` to `sources`, tables aside, which are Drizzle's: what has to be dropped first, then the files' own
 * statements, in their order. A composite type that is there cannot be made again: a line says that it is to be altered by hand.
 */
export function changesOf(
  migrated: Catalog,
  sources: Catalog,
  statements: readonly SourceStatement[],
): string[] {
  const changed = differing(migrated, sources).filter((subject) => !subject.startsWith("table "));
  const drops = changed.flatMap((subject) => dropOf(subject, migrated.get(subject), sources.get(subject)));
  const made = statements.filter(
    ({ subjects }) =>
      subjects.some((subject) => changed.includes(subject) && sources.has(subject)) &&
      !subjects.some((subject) => subject.startsWith("type ") && migrated.has(subject)),
  );
  return [...drops, ...made.map(({ text }) => text)];
}

function dropOf(subject: string, before: string | undefined, after: string | undefined): string[] {
  const [kind = "", name = ""] = subject.split(" ");
  if (before === undefined) return [];
  switch (kind) {
    case "type":
      return [after === undefined ? `drop type ${name};` : `-- By hand: alter type ${name}`];
    case "trigger":
      return after === undefined ? [`drop trigger ${name} on ${tableOf(before)};`] : [];
    case "function":
      // Only what a function does can be replaced, not what it takes and returns.
      return after === undefined || headOf(before) !== headOf(after) ? [`drop function ${name};`] : [];
    case "view":
      return after === undefined ? [`drop view ${name};`] : [];
    default:
      return [];
  }
}

const headOf = (definition: string): string => definition.slice(0, definition.indexOf("\n LANGUAGE"));
const tableOf = (trigger: string): string => / ON public\.(\w+)/.exec(trigger)?.[1] ?? "";
