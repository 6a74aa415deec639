/**
 * Bodies that are answered before they are read to their end. Node.js reads away one that nobody has begun to read; one
 * that a handler has stopped reading stays in the connection for ever, and the next request on it, which behind a proxy is
 * somebody else's, is never answered.
 */
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Much more than the API takes: whoever sends the wrong file should be able to read the answer that says so. */
const UNREAD_MAX_BYTES = 16 * 1024 * 1024;

/**
 * From now on, once a request is answered, reads away what is left of its body; after `maxBytes` of that, closes the
 * connection. How long it may take is bounded by Node's requestTimeout.
 */
export function drainUnreadBodies(maxBytes = UNREAD_MAX_BYTES): void {
  subscribe("http.server.request.start", (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    // A request that was cancelled no longer has it.
    const { socket } = request;
    response.once("finish", () => {
      if (!request.complete) drain(request, socket, maxBytes);
    });
  });
}

function drain(request: IncomingMessage, socket: Socket, maxBytes: number): void {
  // A stream that was cancelled takes in nothing more: then the connection ends with the answer.
  if (request.destroyed) {
    socket.destroySoon();
    return;
  }
  let bytes = 0;
  // Whoever listened has answered, and is not told of the rest.
  request.removeAllListeners("data").removeAllListeners("readable");
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) socket.destroy();
  });
  // Begun, so that Node.js does not throw the rest away uncounted.
  request.read(0);
  request.resume();
}
