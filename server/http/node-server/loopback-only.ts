/**
 * The demo's passwords are published, so it answers this machine alone, wherever it listens. A peer can be told by its
 * address. A page of somebody else's site that has its own name resolve to 127.0.0.1 (DNS rebinding) asks from this machine,
 * in the payer's own browser: it is told by the name it asks for.
 *
 * Next.js shows nobody the socket, takes files and upgrades before any code of ours, and holds requests back that come
 * while it starts. So this stands before it: where Node's HTTP servers hand on what they have read.
 */
import type { EventEmitter } from "node:events";
import { type IncomingMessage, Server, ServerResponse } from "node:http";
import { Server as TlsServer } from "node:https";
import { BlockList, isIP, Socket } from "node:net";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

const REFUSAL =
  "This is Once's demo. Its passwords are published, so it answers this machine only: open it there, as http://localhost.\n";

/** Whether an IP address is this machine's own, seen from itself; IPv4 also in IPv6's clothes. */
function isLoopback(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && loopback.check(address, version === 4 ? "ipv4" : "ipv6");
}

/** Whether `host`, as in a Host header, names this machine: loopback addresses and, by RFC 6761 §6.3, localhost and what is below it. */
export function isLoopbackHost(host: string): boolean {
  const [, bracketed, plain] = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+))(?::\d{1,5})?$/i.exec(host) ?? [];
  const name = (bracketed ?? plain ?? "").toLowerCase();
  return isLoopback(name) || /^(?:[\w-]+\.)*localhost\.?$/.test(name);
}

/** Whether a request comes from this machine and asks for it. Without a name it asks for nothing. */
function isLoopbackRequest({ socket, headers }: IncomingMessage): boolean {
  const forwarded = [headers["x-forwarded-host"] ?? []].flat().flatMap((list) => list.split(","));
  return (
    isLoopback(socket.remoteAddress ?? "") &&
    [headers.host ?? "", ...forwarded].every((host) => isLoopbackHost(host.trim()))
  );
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
 * From now on no HTTP server of this process is handed a request, or an upgrade, that does not come from this machine and
 * ask for it by a name of its own: such a one is finishResponse with 403, or ended. Connections that are older are ended, for what
 * was asked on them nobody has looked at.
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

/** The connections that servers of this process have accepted. Node.js has no other list of them than the one for debugging. */
function acceptedConnections(): Socket[] {
  const { _getActiveHandles: handles } = process as unknown as { _getActiveHandles(): unknown[] };
  return handles
    .call(process)
    .filter(
      (handle): handle is Socket => handle instanceof Socket && "server" in handle && Boolean(handle.server),
    );
}
