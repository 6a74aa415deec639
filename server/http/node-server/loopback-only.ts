/**
 * The demo's passwords are published, so it accepts loopback requests alone, wherever it listens: by the peer's address,
 * by the client that a tunnel on this machine names, and, against DNS rebinding, by the Host that is asked for. Next.js exposes no socket, serves files and upgrades before our
 * code, and queues requests while it starts, so the check is on Node's HTTP servers themselves.
 */
import type { EventEmitter } from "node:events";
import { type IncomingMessage, Server, ServerResponse } from "node:http";
import { Server as TlsServer } from "node:https";
import { BlockList, isIP, Socket } from "node:net";
import { activeHandles } from "./active-handles.ts";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

const REFUSAL =
  "This is Once's demo. Its passwords are published, so it answers this machine only: open it there, as http://localhost.\n";

/** Whether an IP address is a loopback address, IPv4-mapped IPv6 included. A BlockList is slow, and these are what it is mostly asked of. */
function isLoopback(address: string): boolean {
  if (address === "127.0.0.1" || address === "::1") return true;
  const version = isIP(address);
  return version !== 0 && loopback.check(address, version === 4 ? "ipv4" : "ipv6");
}

/** Whether `host`, as in a Host header, names this machine: loopback addresses and, by RFC 6761 §6.3, localhost and what is below it. */
export function isLoopbackHost(host: string): boolean {
  const [, bracketed, plain] = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+))(?::\d{1,5})?$/i.exec(host) ?? [];
  const name = (bracketed ?? plain ?? "").toLowerCase();
  return isLoopback(name) || /^(?:[\w-]+\.)*localhost\.?$/.test(name);
}

/** What a proxy or tunnel says it forwards, of a client or a host (RFC 7239 §4); a name in quotes may be bracketed. */
const FORWARDED = /\b(?:for|host)\s*=\s*(?:"([^"]*)"|([^\s,;]*))/gi;

/**
 * Whether the peer, every host that is asked for and every client that a tunnel or proxy speaks of are loopback. A request
 * without Host is not.
 */
function isLoopbackRequest({ socket, headers }: IncomingMessage): boolean {
  const listed = ["x-forwarded-host", "x-forwarded-for"]
    .flatMap((name) => headers[name] ?? [])
    .flatMap((list) => list.split(","));
  const forwarded = [...(headers.forwarded ?? "").matchAll(FORWARDED)].map(
    ([, quoted, plain]) => quoted ?? plain ?? "",
  );
  return [socket.remoteAddress ?? "", headers.host ?? "", ...listed, ...forwarded]
    .map((name) => name.trim())
    .every((name) => isLoopback(name) || isLoopbackHost(name));
}

function refuse(request: IncomingMessage, channel: unknown): void {
  if (!(channel instanceof ServerResponse)) {
    request.socket.destroy();
    return;
  }
  channel.writeHead(403, {
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-store",
    connection: "close",
  });
  channel.end(REFUSAL);
}

/**
 * From now on every HTTP server of this process answers 403 to requests, and closes upgrades, that are not from and for
 * loopback. Open connections are closed: what was requested on them was not checked.
 */
export function restrictToLoopback(): void {
  guard(Server.prototype);
  guard(TlsServer.prototype);
  for (const connection of acceptedConnections()) connection.destroy();
}

function guard(servers: EventEmitter): void {
  const { emit } = servers;
  servers.emit = function (this: EventEmitter, event, ...values) {
    const [request, channel]: unknown[] = values;
    const asks = event === "request" || event === "upgrade";
    if (!asks || isLoopbackRequest(request as IncomingMessage)) return emit.call(this, event, ...values);
    refuse(request as IncomingMessage, channel);
    return true;
  };
}

/** The sockets that servers of this process have accepted. */
function acceptedConnections(): Socket[] {
  return activeHandles().filter(
    (handle): handle is Socket => handle instanceof Socket && "server" in handle && Boolean(handle.server),
  );
}
