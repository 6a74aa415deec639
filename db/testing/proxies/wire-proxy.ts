/** A TCP proxy for PostgreSQL's wire protocol that injects a fault at a chosen message, on loopback. */
import net from "node:net";
import { serveTcp, type TcpServer } from "./listen.ts";

/** In the extended protocol the commit comes with Sync, after CommandComplete. */
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
 * Both ends are closed; nothing passes while both stay open (a half-open connection); our end gets a FIN while the server's
 * stays open; everything is delayed; or a function is called, after which the message passes.
 */
export type FaultKind = "cut" | "black-hole" | "half-close" | "delay" | (() => void);

/** Longer than a batch waits for a lock, shorter than any deadline. */
const DELAY_MS = 800;
/** Longer than anybody waits: a network drops a dead connection in the end, too. */
const SILENCE_MAX_MS = 30_000;

export type Fault = {
  point: FaultPoint;
  kind: FaultKind;
  /** A part of the statement's parameters, for example a key. */
  matching: string;
  times: number;
};

export type Armed = { readonly times: number; disarm(): void };

/** Only in the parameters of the statement that settles `key`: the read before it names the key as well. */
export function settling(key: string): string {
  return `"key":"${key}","kind"`;
}

export type WireProxy = TcpServer & {
  /** The returned `times` counts down as the fault fires. */
  arm(fault: Fault): Armed;
  fired(): number;
  /** Behaves as a pooler that opens a transaction around what it passes and never commits it, from each next statement on. */
  beginOnItsOwn(whether?: boolean): void;
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
  let opensTransaction = false;

  const server = await serveTcp((client, track) => {
    const upstream = track(net.connect({ host, port }));
    let mode: "passing" | "silent" | "cut" = "passing";
    /** The queue while a delay lasts. */
    let held: (() => void)[] | undefined;
    /** The fault of the running statement, found when its Bind passes. */
    let due: Fault | undefined;
    /** The fault for the message after that statement's answer. */
    let dueNext: Fault | undefined;
    /** Whether the client may send statements, and the state of the proxy's own BEGIN before them. */
    let isReady = false;
    let ownBegin: "not sent" | "unanswered" | "answered" = "not sent";
    // Nagle's algorithm would hold small messages back.
    for (const socket of [client, upstream]) socket.setNoDelay(true);
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
    /** Whether the message passes all the same, now or later. */
    const fire = (fault: Fault): boolean => {
      due = undefined;
      dueNext = undefined;
      // It fired on another connection first.
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
      if (dueNext && !fire(dueNext)) return;
      if (type === MESSAGE.bind) {
        const parameters = message.toString("utf8");
        due = armed.find((fault) => fault.times > 0 && parameters.includes(fault.matching));
      }
      const isHere =
        (type === MESSAGE.bind && due?.point === "before-statement") ||
        (type === MESSAGE.sync && due?.point === "before-sync");
      if (due && isHere && !fire(due)) return;
      if (opensTransaction && isReady && ownBegin === "not sent") {
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
      if (due && type === MESSAGE.dataRow && due.point === "mid-row") {
        client.write(message.subarray(0, message.length >> 1));
        if (fire(due)) pass(client, message.subarray(message.length >> 1));
        return;
      }
      const isHere =
        (type === MESSAGE.commandComplete && due?.point === "before-complete") ||
        (type === MESSAGE.readyForQuery && due?.point === "after-commit");
      if (due && isHere && !fire(due)) return;
      if (type === MESSAGE.readyForQuery) {
        dueNext = due?.point === "next-message" ? due : undefined;
        due = undefined;
      }
      pass(client, message);
    });
    client.on("data", toServer);
    upstream.on("data", toClient);
    // In a black hole neither end learns that the other has gone.
    client.on("close", () => mode !== "silent" && upstream.destroy());
    upstream.on("close", () => mode !== "silent" && client.destroy());
  });

  return {
    ...server,
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
      opensTransaction = whether;
    },
  };
}
