/** When a key was issued, RFC 3339: the time in its UUID v7 (RFC 9562 §5.7). Undefined for an id of another version. */
export function issuedAtOf(key: string): string | undefined {
  const hex = key.replaceAll("-", "");
  if (hex[12] !== "7") return undefined;
  return new Date(Number.parseInt(hex.slice(0, 12), 16)).toISOString();
}
