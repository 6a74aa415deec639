import { errorCode } from "@/db/execution/error-code";
import { parseJson } from "@/lib/api/parse-json";
import type { Parsed } from "@/lib/api/requests";
import type { ApiRequest } from "../fast-path/api-request.ts";
import { fail, HttpError } from "../responses.ts";

/**
 * The largest body is an order of a hundred items, each described in 200 characters. Written in ASCII, as many programs
 * write JSON, one of them takes up to twelve bytes ("\ud83d\ude00"): a quarter of a million bytes.
 */
const BODY_MAX_BYTES = 256 * 1024;
const UTF_8 = new TextDecoder("utf-8", { fatal: true });
/** How Node.js says that a connection ended before the body did. */
const BROKEN_OFF = "ECONNRESET";

/**
 * The body of a request, whole; undefined where it has more than `maxBytes`. Counted while it is read: with chunked
 * transfer encoding there is no Content-Length, and where there is one it may be wrong. Throws 422 where whoever sends it breaks off:
 * nobody hears it, and it counts as no failure of ours.
 */
export async function readBody(
  request: Pick<ApiRequest, "headers" | "body" | "arrivedBody">,
  maxBytes: number,
): Promise<Buffer | undefined> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) return undefined;
  const arrived = request.arrivedBody?.();
  if (arrived !== undefined) return arrived;
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Not cancelled where it is too long: of a request that was cancelled, Node.js cannot read the rest away (unread-body.ts).
  try {
    for await (const chunk of request.body?.values({ preventCancel: true }) ?? []) {
      size += chunk.length;
      if (size > maxBytes) return undefined;
      chunks.push(chunk);
    }
  } catch (error) {
    if (errorCode(error) !== BROKEN_OFF) throw error;
    throw new HttpError(
      fail("invalid-request", { detail: "The body was broken off. Nothing was looked up or executed." }),
    );
  }
  return Buffer.concat(chunks);
}

/** Whether the body claims to be JSON. One that is compressed is refused as what it is, not as JSON gone wrong. */
function isJson({ headers }: ApiRequest): boolean {
  const mediaType = headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  const coding = headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  return mediaType === "application/json" && coding === "identity";
}

/** The body as JSON. Throws 415 or 413; what is not JSON is returned as errors. */
export async function readJson(request: ApiRequest): Promise<Parsed<unknown>> {
  if (!isJson(request)) throw new HttpError(fail("unsupported-media-type"));
  const body = await readBody(request, BODY_MAX_BYTES);
  if (body === undefined) throw new HttpError(fail("too-large"));
  return parseBody(body);
}

/** The same without waiting; undefined where the body has not come whole yet, and where `readJson` would throw. */
export function arrivedJson(request: ApiRequest): Parsed<unknown> | undefined {
  const body = isJson(request) ? request.arrivedBody?.() : undefined;
  return body && body.length <= BODY_MAX_BYTES ? parseBody(body) : undefined;
}

function parseBody(body: Buffer): Parsed<unknown> {
  let text: string;
  try {
    text = UTF_8.decode(body);
  } catch {
    return { ok: false, errors: [{ pointer: "", detail: "is not UTF-8" }] };
  }
  return parseJson(text);
}
