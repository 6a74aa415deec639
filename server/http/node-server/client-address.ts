/**
 * The address a request comes from, as far as it cannot be made up. Next.js shows route handlers and actions no socket,
 * and passes on whatever X-Forwarded-For a client sends. So Node's HTTP server writes the address into each
 * request as it is read, under a header name that is random and known in this process alone.
 */
import { randomUUID } from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { isIPv4, isIPv6 } from "node:net";

// On globalThis, because start-up and routes may be bundled apart; the name is one.
const processGlobals = globalThis as typeof globalThis & { onceAddressHeader?: string };

function headerName(): string {
  processGlobals.onceAddressHeader ??= `x-once-address-${randomUUID()}`;
  return processGlobals.onceAddressHeader;
}

/**
 * Records the client address of every request to this process from now on. `trustedProxies`: how many proxies of ours
 * stand in front, each of which appends its peer to X-Forwarded-For.
 */
export function recordClientAddresses(trustedProxies: number): void {
  const name = headerName();
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage };
    const forwarded = request.headers["x-forwarded-for"];
    const address = clientAddress(
      request.socket.remoteAddress,
      Array.isArray(forwarded) ? forwarded.join(",") : forwarded,
      trustedProxies,
    );
    if (address !== undefined) request.headers[name] = address;
  });
}

/** The recorded address of a request, IPv6 as its /64; undefined where none is recorded. */
export function clientAddressOf(headers: Pick<Headers, "get">): string | undefined {
  return headers.get(headerName()) ?? undefined;
}

/**
 * The address of a request as whoever sent it may be shown it, in the short spelling of IPv6; empty where none is recorded, and
 * where it is IPv6's of this machine, which tells nobody anything.
 */
export function shownAddressOf(headers: Pick<Headers, "get">): string {
  const address = clientAddressOf(headers) ?? "";
  if (!address.endsWith("::/64")) return address;
  const network = address.slice(0, -"::/64".length).replace(/(?::0)+$/, "");
  return network === "0" ? "" : `${network}::/64`;
}

/**
 * Who sent a request that came from `peer`, through `trustedProxies` proxies of ours. With none, the peer itself,
 * whatever X-Forwarded-For says; otherwise the entry that the outermost of ours has added: what stands before it, the
 * client may have written. Where that entry is no address, the peer again.
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trustedProxies: number,
): string | undefined {
  const own = peer === undefined ? undefined : networkOf(peer);
  if (trustedProxies === 0) return own;
  const entries = (forwardedFor ?? "")
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
  // Fewer entries than proxies: the request came in behind the outermost, and the first entry is its sender.
  const entry = entries.at(-trustedProxies) ?? entries[0];
  return (entry === undefined ? undefined : networkOf(entry)) ?? own;
}

/** Some proxies add the port: "192.0.2.1:4711", "[2001:db8::1]:4711". */
const WITH_PORT = /^(?:\[([0-9a-f:.]+)\]|(\d+(?:\.\d+){3}))(?::\d+)?$/i;
/** The first groups of an IPv4 address that is written as IPv6 (RFC 4291 §2.5.5.2). */
const IPV4_MAPPED = "0:0:0:0:0:ffff";
/** A subscriber gets 64 bits of IPv6 to himself, so one whole network counts as one address. */
const NETWORK_GROUPS = 4;
const ALL_GROUPS = 8;

/** An IPv4 address as it is, an IPv6 address as its /64, and undefined for anything else. */
function networkOf(text: string): string | undefined {
  const [, bracketed, dotted] = WITH_PORT.exec(text) ?? [];
  const bare = bracketed ?? dotted ?? text.split("%")[0] ?? text;
  if (isIPv4(bare)) return bare;
  if (!isIPv6(bare)) return undefined;
  const groups = groupsOf(bare);
  const [high = 0, low = 0] = groups.slice(-2).map((group) => Number.parseInt(group, 16));
  if (groups.slice(0, -2).join(":") === IPV4_MAPPED)
    return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
  return `${groups.slice(0, NETWORK_GROUPS).join(":")}::/64`;
}

/** The eight groups of an IPv6 address, in the spelling of URLs: no dotted end, small letters, no zeros in front. */
function groupsOf(address: string): string[] {
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const before = head === "" ? [] : head.split(":");
  if (tail === undefined) return before;
  const after = tail === "" ? [] : tail.split(":");
  return [...before, ...Array<string>(ALL_GROUPS - before.length - after.length).fill("0"), ...after];
}
