/** Reading the idempotency key of a request (draft-ietf-httpapi-idempotency-key-header-07, RFC 9651). */
import { parseItem } from "structured-headers";
import type { ApiRequest } from "../fast-path/api-request.ts";

export type KeyReading = { type: "key"; key: string } | { type: "missing" } | { type: "malformed" };

/** The header is bounded before it is parsed: a UUID as a String with generous parameters fits many times over. */
const HEADER_MAX_LENGTH = 1_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether `text` has the form of a UUID. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Reads the header's value: one Structured Field String that holds a UUID, or, leniently, a bare UUID. */
function readKeyHeader(value: string): KeyReading {
  // First, because a bare UUID that starts with a letter is a valid Token.
  if (isUuid(value)) return { type: "key", key: value.toLowerCase() };
  if (value.length > HEADER_MAX_LENGTH) return { type: "malformed" };
  try {
    const [bare] = parseItem(value);
    return typeof bare === "string" && isUuid(bare)
      ? { type: "key", key: bare.toLowerCase() }
      : { type: "malformed" };
  } catch {
    // structured-headers throws on whatever is no Item: a list, an unbalanced quote, several header lines joined.
    return { type: "malformed" };
  }
}

/** The key of a request: its header, or `?idempotency_key=` for clients that cannot set headers. Both must agree. */
export function readKey(request: Pick<ApiRequest, "headers" | "url">): KeyReading {
  const header = request.headers.get("idempotency-key");
  const parameters = request.url.includes("?")
    ? new URL(request.url).searchParams.getAll("idempotency_key")
    : [];
  const readings = parameters.map((value): KeyReading => {
    return isUuid(value) ? { type: "key", key: value.toLowerCase() } : { type: "malformed" };
  });
  if (header !== null) readings.push(readKeyHeader(header));
  const [first, ...others] = readings;
  if (!first) return { type: "missing" };
  if (first.type !== "key") return first;
  return others.every((other) => other.type === "key" && other.key === first.key)
    ? first
    : { type: "malformed" };
}
