/** Requests of programs over HTTP: who sends them, and over what. */
import { createHash } from "node:crypto";
import { createConnection, type Socket } from "node:net";
import type { Sql } from "../db/connection/sql.ts";
import { permissionsOf, SCOPES } from "../lib/identity/scopes.ts";
import { HOT, userId } from "./world.ts";

/** Requests that are under way at once. */
export const IN_FLIGHT = 32;
/** Enough payers that they rarely wait for each other's account; each has an API key. */
export const PAYERS = 256;
/** For sessions, which nobody has here. */
export const SECRET = "only-for-measuring-0123456789-0123456789";

export type Ask = { method: string; path: string; headers: Record<string, string>; body?: string };
export type Told = { status: number; isReplay: boolean };

const LAST_CHUNK = Buffer.from("\r\n0\r\n\r\n");

/** A connection that stays open and carries one request at a time, read as far as a measurement needs: it shares the cores. */
class Connection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #waiting: { resolve(told: Told): void; reject(error: Error): void } | undefined;

  constructor(port: number) {
    this.#socket = createConnection({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#socket.on("error", (error) => this.#waiting?.reject(error));
    this.#socket.on("close", () =>
      this.#waiting?.reject(new Error("The server closed a connection that was in use.")),
    );
  }

  /** A server closes what was idle for some seconds. */
  get isOpen(): boolean {
    return this.#socket.writable && this.#socket.readable;
  }

  send(request: string): Promise<Told> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  #read(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf("\r\n\r\n");
    if (end < 0) return;
    const head = this.#received.toString("latin1", 0, end);
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    // Older builds send their answers in chunks.
    const isWhole =
      length === undefined
        ? this.#received.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK)
        : this.#received.length >= end + 4 + Number(length);
    if (!isWhole) return;
    this.#received = Buffer.alloc(0);
    const { resolve } = this.#waiting ?? {};
    this.#waiting = undefined;
    resolve?.({ status: Number(head.slice(9, 12)), isReplay: /\r\nidempotent-replayed: true/i.test(head) });
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Sends requests over connections that stay open, as a program would; as many as are asked for at once. */
export function clientOf(port: number): { ask(request: Ask): Promise<Told>; close(): void } {
  const idle: Connection[] = [];
  const all: Connection[] = [];
  return {
    async ask({ method, path, headers, body = "" }) {
      let connection = idle.pop();
      while (connection !== undefined && !connection.isOpen) connection = idle.pop();
      if (connection === undefined) {
        connection = new Connection(port);
        all.push(connection);
      }
      let head = `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n`;
      for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
      const told = await connection.send(`${head}\r\n${body}`);
      idle.push(connection);
      return told;
    },
    close() {
      for (const connection of all) connection.close();
    },
  };
}

export const apiKeyOf = (payer: number) => `once_bench_${payer}`;

/** Gives each of the PAYERS an API key that may do everything. */
export async function makeApiKeys(owner: Sql): Promise<void> {
  const permissions = JSON.stringify(permissionsOf(SCOPES));
  for (let payer = 1; payer <= PAYERS; payer += 1) {
    const hash = createHash("sha256").update(apiKeyOf(payer)).digest("base64url");
    await owner`
      insert into api_keys (reference_id, name, key, permissions) values (${userId(payer)}, 'Bench', ${hash}, ${permissions})`;
  }
}

/** What every request here asks for: a cent for the hot account. */
export const TRANSFER = { payee: `p${HOT}`, amountMinor: "1", currency: "USD" } as const;
const BODY = JSON.stringify(TRANSFER);

/** The request of `payer` to pay it under `key`. */
export function requestOf(payer: number, key: string): Ask {
  return {
    method: "POST",
    path: "/api/payments",
    headers: {
      authorization: `Bearer ${apiKeyOf(payer)}`,
      "content-type": "application/json",
      "content-length": String(BODY.length),
      "idempotency-key": `"${key}"`,
    },
    body: BODY,
  };
}
