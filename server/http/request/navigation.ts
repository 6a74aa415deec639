/** Whether a page is fetched by a script that is on the page before it, or loaded by the browser itself. */

/**
 * True where our own script fetches the next page and can show something until it is there. False for a document, also
 * for one that says nothing: it comes whole, because what React would send after a placeholder is put in its place by a script,
 * and without one the placeholder would stay.
 */
export function isFetchedByScript(headers: Headers): boolean {
  return headers.get("sec-fetch-dest") === "empty";
}
