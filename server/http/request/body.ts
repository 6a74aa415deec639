/** Bodies of requests, read up to a limit. */

/**
 * The body of a request, whole; undefined where it has more than `maxBytes`. Counted as it comes: who sends it in chunks, as
 * some proxies do, has not said how long it is, and who has may be wrong.
 */
export async function readBody(request: Request, maxBytes: number): Promise<Buffer | undefined> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
