/**
 * A TCP proxy between the application and Postgres that understands the wire protocol well enough to break a connection
 * at a chosen message: before a statement arrives, after it was executed, after its commit, in the middle of a row. On
 * loopback only. A fault counts when the proxy saw it fire.
 */
import net from "node:net";

/** Where a statement's conversation is broken. In the extended protocol the commit comes with Sync, after CommandComplete. */
export type FaultPoint =
  /** The statement reached the proxy and goes no further. */
  | "before-statement"
  /** The server has Bind and Execute, and never gets the Sync that would commit. */
  | "before-sync"
  /** The first row of the answer is cut in half. */
  | "mid-row"
  /** The statement is executed, maybe committed; CommandComplete does not reach us. */
  | "before-complete"
  /** Committed: ReadyForQuery, which says so, does not reach us. */
  | "after-commit";

/** How: both ends are closed; or nothing passes any more while both ends stay open (a half-open connection). */
export type FaultKind = "cut" | "black-hole";

export type Fault = {
  point: FaultPoint;
  kind: FaultKind;
  /** Statements are meant whose parameters contain this, for example a key. */
  matching: string;
  /** How many statements it happens to, before the proxy passes everything again. */
  times: number;
};

export type WireProxy = {
  /** The port to connect to instead of the server's. */
  port: number;
  /** Arms a fault, beside those that are armed already. */
  arm(fault: Fault): void;
  /** How often faults have fired. */
  fired(): number;
  close(): Promise<void>;
};

const MESSAGE = { bind: "B", sync: "S", dataRow: "D", commandComplete: "C", readyForQuery: "Z" } as const;

/** Splits a stream into protocol messages. The first message of a client has no type byte; it is passed as type "". */
function splitter(startsUntyped: boolean, onMessage: (type: string, message: Buffer) => void) {
  let pending: Buffer = Buffer.alloc(0);
  let untyped = startsUntyped;
  return (data: Buffer): void => {
    pending = pending.length === 0 ? data : Buffer.concat([pending, data]);
    for (;;) {
      const header = untyped ? 0 : 1;
      if (pending.length < header + 4) return;
      const length = header + pending.readUInt32BE(header);
      if (pending.length < length) return;
      const message = pending.subarray(0, length);
      pending = pending.subarray(length);
      const type = untyped ? "" : String.fromCharCode(message[0] ?? 0);
      untyped = false;
      onMessage(type, message);
    }
  };
}

/** Starts the proxy in front of the server at `host`:`port`. */
export async function startWireProxy(host: string, port: number): Promise<WireProxy> {
  const armed: Fault[] = [];
  let fired = 0;
  const sockets = new Set<net.Socket>();

  const server = net.createServer((client) => {
    const upstream = net.connect({ host, port });
    let mode: "passing" | "black-hole" | "cut" = "passing";
    // Which fault this connection's running statement is to suffer; decided when its Bind passes.
    let doomed: Fault | undefined;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      // Resets are what this proxy is for.
      socket.on("error", () => {});
    }
    const strike = (fault: Fault): void => {
      fired += 1;
      fault.times -= 1;
      mode = fault.kind;
      if (mode === "cut") {
        client.destroy();
        upstream.destroy();
      }
    };
    const toServer = splitter(true, (type, message) => {
      if (mode !== "passing") return;
      if (type === MESSAGE.bind) {
        const parameters = message.toString("utf8");
        doomed = armed.find((fault) => fault.times > 0 && parameters.includes(fault.matching));
      }
      if (doomed && type === MESSAGE.bind && doomed.point === "before-statement") return strike(doomed);
      if (doomed && type === MESSAGE.sync && doomed.point === "before-sync") return strike(doomed);
      upstream.write(message);
    });
    const toClient = splitter(false, (type, message) => {
      if (mode !== "passing") return;
      if (doomed && type === MESSAGE.dataRow && doomed.point === "mid-row") {
        client.write(message.subarray(0, message.length >> 1));
        return strike(doomed);
      }
      if (doomed && type === MESSAGE.commandComplete && doomed.point === "before-complete")
        return strike(doomed);
      if (doomed && type === MESSAGE.readyForQuery) {
        if (doomed.point === "after-commit") return strike(doomed);
        doomed = undefined;
      }
      client.write(message);
    });
    client.on("data", toServer);
    upstream.on("data", toClient);
    // A black hole tells neither end that the other one has gone.
    client.on("close", () => mode !== "black-hole" && upstream.destroy());
    upstream.on("close", () => mode !== "black-hole" && client.destroy());
  });

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Bug: the proxy has no port.");
  return {
    port: address.port,
    arm(fault) {
      armed.push({ ...fault });
    },
    fired: () => fired,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
