/**
 * A TCP proxy between the application and Postgres that understands the wire protocol well enough to break a connection
 * at a chosen message: before a statement arrives, after it was executed, after its commit, in the middle of a row. On
 * loopback only. A fault counts when the proxy saw it fire.
 */
import net from "node:net";

/** Where a statement's conversation is broken. In the extended protocol the commit comes with Sync, after CommandComplete. */
export const FAULT_POINTS = [
  /** The statement reached the proxy and goes no further. */
  "before-statement",
  /** The server has Bind and Execute, and never gets the Sync that would commit. */
  "before-sync",
  /** The first row of the answer is cut in half. */
  "mid-row",
  /** The statement is executed, maybe committed; CommandComplete does not reach us. */
  "before-complete",
  /** Committed: ReadyForQuery, which says so, does not reach us. */
  "after-commit",
  /** The answer is through. Whatever the application sends next on this connection does not arrive. */
  "next-message",
] as const;
export type FaultPoint = (typeof FAULT_POINTS)[number];

/**
 * How: both ends are closed; nothing passes any more while both ends stay open (a half-open connection); our end is told
 * that no more will come, while the server's end stays open; everything waits a while; or whatever a function does at that
 * very moment, after which the message passes.
 */
export type FaultKind = "cut" | "black-hole" | "half-close" | "delay" | (() => void);

/** Longer than a batch waits for a lock, shorter than any deadline. */
const DELAY_MS = 800;
/** Longer than anybody waits. A network in between forgets a dead connection, too, in the end. */
const SILENCE_MAX_MS = 30_000;

export type Fault = {
  point: FaultPoint;
  kind: FaultKind;
  /** Statements are meant whose parameters contain this, for example a key. */
  matching: string;
  /** How many statements it happens to, before the proxy passes everything again. */
  times: number;
};

export type Armed = { readonly times: number; disarm(): void };

/** What only the statement that settles `key` has in its parameters: the read before it names the key as well. */
export function settling(key: string): string {
  return `"key":"${key}","kind"`;
}

export type WireProxy = {
  /** The port to connect to instead of the server's. */
  port: number;
  /** Arms a fault, beside those that are armed already. What it returns counts down as the fault fires, and can end it. */
  arm(fault: Fault): Armed;
  /** How often faults have fired. */
  fired(): number;
  /**
   * From the next statement of each connection on, behaves as a pooler that opens a transaction of its own around what it
   * passes, and never commits it: everything is answered, and nothing of it stays. Until it is told not to.
   */
  beginOnItsOwn(whether?: boolean): void;
  close(): Promise<void>;
};

/** A simple query, as a pooler sends it for itself. */
const BEGIN = Buffer.from("Q\0\0\0\x0abegin\0", "latin1");

const MESSAGE = { bind: "B", sync: "S", dataRow: "D", commandComplete: "C", readyForQuery: "Z" } as const;

/** Splits a stream into protocol messages. The first message of a client has no type byte; it is passed as type "". */
export function splitter(startsUntyped: boolean, onMessage: (type: string, message: Buffer) => void) {
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
  let isLying = false;
  const sockets = new Set<net.Socket>();

  const server = net.createServer((client) => {
    const upstream = net.connect({ host, port });
    let mode: "passing" | "silent" | "cut" = "passing";
    /** What waits, in its order, while a delay lasts. */
    let held: (() => void)[] | undefined;
    // Which fault this connection's running statement is to suffer; decided when its Bind passes.
    let doomed: Fault | undefined;
    /** The fault that waits for the message after that statement's answer. */
    let doomedNext: Fault | undefined;
    /** Whether the client has been told that it may send statements, and what this proxy has begun before them. */
    let isReady = false;
    let ownBegin: "not sent" | "unanswered" | "answered" = "not sent";
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // Messages are passed one by one; none waits until the one before it is acknowledged.
      socket.setNoDelay(true);
      socket.on("close", () => sockets.delete(socket));
      // Resets are what this proxy is for.
      socket.on("error", () => {});
    }
    const pass = (socket: net.Socket, message: Buffer): void => {
      if (held) held.push(() => socket.write(message));
      else socket.write(message);
    };
    const fallSilent = (): void => {
      mode = "silent";
      setTimeout(() => {
        client.destroy();
        upstream.destroy();
      }, SILENCE_MAX_MS).unref();
    };
    /** Whether the message that the fault strikes at passes all the same, now or later. */
    const strike = (fault: Fault): boolean => {
      doomed = undefined;
      doomedNext = undefined;
      // Another connection's statement was doomed by it, too, and was first.
      if (fault.times === 0) return true;
      fired += 1;
      fault.times -= 1;
      if (fault.times === 0) armed.splice(armed.indexOf(fault), 1);
      if (typeof fault.kind === "function") {
        fault.kind();
        return true;
      }
      switch (fault.kind) {
        case "cut":
          mode = "cut";
          client.destroy();
          upstream.destroy();
          return false;
        case "black-hole":
          fallSilent();
          return false;
        case "half-close":
          fallSilent();
          client.end();
          return false;
        case "delay":
          held = [];
          setTimeout(() => {
            const late = held ?? [];
            held = undefined;
            for (const write of late) write();
          }, DELAY_MS);
          return true;
        default:
          return fault.kind satisfies never;
      }
    };
    const toServer = splitter(true, (type, message) => {
      if (mode !== "passing") return;
      if (doomedNext && !strike(doomedNext)) return;
      if (type === MESSAGE.bind) {
        const parameters = message.toString("utf8");
        doomed = armed.find((fault) => fault.times > 0 && parameters.includes(fault.matching));
      }
      const isHere =
        (type === MESSAGE.bind && doomed?.point === "before-statement") ||
        (type === MESSAGE.sync && doomed?.point === "before-sync");
      if (doomed && isHere && !strike(doomed)) return;
      if (isLying && isReady && ownBegin === "not sent") {
        ownBegin = "unanswered";
        pass(upstream, BEGIN);
      }
      pass(upstream, message);
    });
    const toClient = splitter(false, (type, message) => {
      if (mode !== "passing") return;
      if (type === MESSAGE.readyForQuery) isReady = true;
      if (ownBegin === "unanswered") {
        // The answer to its own statement is not for the client.
        if (type === MESSAGE.readyForQuery) ownBegin = "answered";
        return;
      }
      if (doomed && type === MESSAGE.dataRow && doomed.point === "mid-row") {
        client.write(message.subarray(0, message.length >> 1));
        if (strike(doomed)) pass(client, message.subarray(message.length >> 1));
        return;
      }
      const isHere =
        (type === MESSAGE.commandComplete && doomed?.point === "before-complete") ||
        (type === MESSAGE.readyForQuery && doomed?.point === "after-commit");
      if (doomed && isHere && !strike(doomed)) return;
      if (type === MESSAGE.readyForQuery) {
        doomedNext = doomed?.point === "next-message" ? doomed : undefined;
        doomed = undefined;
      }
      pass(client, message);
    });
    client.on("data", toServer);
    upstream.on("data", toClient);
    // A black hole tells neither end that the other one has gone.
    client.on("close", () => mode !== "silent" && upstream.destroy());
    upstream.on("close", () => mode !== "silent" && client.destroy());
  });

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Bug: the proxy has no port.");
  return {
    port: address.port,
    arm(fault) {
      const mine = { ...fault };
      armed.push(mine);
      return {
        get times() {
          return mine.times;
        },
        disarm() {
          mine.times = 0;
          const at = armed.indexOf(mine);
          if (at >= 0) armed.splice(at, 1);
        },
      };
    },
    fired: () => fired,
    beginOnItsOwn(whether = true) {
      isLying = whether;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
