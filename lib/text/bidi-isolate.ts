/** What turns the direction of text: marks, embeddings, overrides, isolates. */
const DIRECTION = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/**
 * A text of somebody's inside a sentence that is no HTML (a title, a label): its direction is its own, and ends with it
 * (Unicode's First Strong Isolate and Pop Directional Isolate). In a page `<bdi>` does the same.
 */
export function isolateBidi(text: string): string {
  return `\u2068${text.replace(DIRECTION, "")}\u2069`;
}
