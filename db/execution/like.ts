/** Patterns of ILIKE. */

/** Matches whatever contains `text` as it stands: its own signs of a pattern are none. */
export function containing(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, "\\$&")}%`;
}
