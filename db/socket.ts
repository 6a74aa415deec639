/**
 * A TCP connection that notices when the other end is gone. postgres.js waits for ever on a half-open connection
 * (porsager/postgres #1089), and TCP itself may take a quarter of an hour. The server ends every statement within its
 * own timeouts, so silence that lasts longer than those means that nobody is there: the socket is destroyed, its
 * queries fail as "connection closed", and the pool opens another one.
 */
import net from "node:net";

/** A little longer than any statement may take (client.ts): an answer that comes later than this does not come. */
const SILENCE_MAX_MS = 7_000;
/** How often each connection is looked at; silence is noticed this much late at most. */
const LOOK_EVERY_MS = 1_000;
/** Idle connections are probed after this long, so that one whose host vanished is not the next to be used. */
const KEEP_ALIVE_DELAY_MS = 10_000;

type Address = { host: string[]; port: number[]; path?: string | undefined | false };

/** The options of postgres.js that its types do not know. */
export type UntypedOptions = { socket: (address: Address) => net.Socket; max_pipeline: number };

/** What postgres.js calls for each new connection. It writes at once; a socket that is still connecting buffers. */
export function connector(): UntypedOptions["socket"] {
  let turn = 0;
  return ({ host, port, path }) => {
    const at = turn % Math.max(1, host.length);
    turn += 1;
    const socket = path
      ? net.connect({ path })
      : net.connect({ host: host[at] ?? "localhost", port: port[at] ?? 5432, keepAlive: true });
    socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
    // postgres.js asks TLS for the certificate of the name that stands here.
    Object.assign(socket, { host: host[at] });
    destroyWhenSilent(socket);
    return socket;
  };
}

/** By counting bytes, not by events: postgres.js removes all listeners when it starts TLS on a socket. */
function destroyWhenSilent(socket: net.Socket): void {
  let read = socket.bytesRead;
  let answeredUpTo = socket.bytesWritten;
  let silentSinceMs = performance.now();
  const timer = setInterval(() => {
    if (socket.destroyed) return clearInterval(timer);
    if (socket.bytesRead !== read || socket.bytesWritten === answeredUpTo) {
      read = socket.bytesRead;
      answeredUpTo = socket.bytesWritten;
      silentSinceMs = performance.now();
    } else if (performance.now() - silentSinceMs > SILENCE_MAX_MS) {
      clearInterval(timer);
      socket.destroy();
    }
  }, LOOK_EVERY_MS);
  timer.unref();
}
