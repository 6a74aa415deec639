/** What a server sends is parsed correctly, however the network cuts it into pieces. */
import { describe, expect, it } from "vitest";
import { message, READY } from "../../testing/fixtures/wire-messages.ts";
import { BackendMessages, type ProtocolRules } from "./backend-messages.ts";

const IN_TRANSACTION = message("Z", "T");
const IN_FAILED_TRANSACTION = message("Z", "E");
/** A row whose bytes look like an answer's end inside a transaction. */
const ROW = message("D", `\0\x01\0\0\0\x06${IN_TRANSACTION.toString("latin1")}`);
const STARTUP = [message("R", "\0\0\0\0"), message("S", "in_hot_standby\0off\0"), READY];
const POOL: ProtocolRules = { transactions: "none", attributes: "primary" };

/** What is found wrong first, with the whole of it in pieces of `size` bytes. */
function faultIn(messages: Buffer[], rules: ProtocolRules = POOL, size = Number.POSITIVE_INFINITY) {
  const reader = new BackendMessages(rules);
  const all = Buffer.concat(messages);
  for (let at = 0; at < all.length; at += size) {
    const fault = reader.read(all.subarray(at, Math.min(all.length, at + size)));
    if (fault) return fault.code;
  }
  return reader.isReady ? "ready" : "not ready";
}

describe.each([1, 2, 3, 5, 6, 7, 11, 64, Number.POSITIVE_INFINITY])("in pieces of %d bytes", (size) => {
  it.each<[string, Buffer[], Partial<ProtocolRules>, string]>([
    ["the beginning of a start-up", STARTUP.slice(0, 2), {}, "not ready"],
    ["a start-up and a response", [...STARTUP, ROW, ROW, message("C", "SELECT 2\0"), READY], {}, "ready"],
    ["a response inside a transaction", [...STARTUP, ROW, IN_TRANSACTION], {}, "CONNECTION_IN_TRANSACTION"],
    [
      "an error in one",
      [...STARTUP, message("E", "C22012\0\0"), IN_FAILED_TRANSACTION],
      {},
      "CONNECTION_IN_TRANSACTION",
    ],
    ["a BEGIN", [...STARTUP, message("C", "BEGIN\0"), IN_TRANSACTION], {}, "CONNECTION_IN_TRANSACTION"],
    [
      "the owner's transaction",
      [
        ...STARTUP,
        message("C", "BEGIN\0"),
        IN_TRANSACTION,
        ROW,
        IN_FAILED_TRANSACTION,
        message("C", "ROLLBACK\0"),
        READY,
      ],
      { transactions: "ours" },
      "ready",
    ],
    [
      "one that goes on after the owner's COMMIT",
      [...STARTUP, message("C", "BEGIN\0"), IN_TRANSACTION, message("C", "COMMIT\0"), IN_TRANSACTION],
      { transactions: "ours" },
      "CONNECTION_IN_TRANSACTION",
    ],
    ["a standby's start-up", [message("S", "in_hot_standby\0on\0"), READY], {}, "CONNECTION_STANDBY"],
    ["one that takes no writes", [message("S", "default_transaction_read_only\0on\0"), READY], {}, "ready"],
    [
      "the same, where that matters",
      [message("S", "default_transaction_read_only\0on\0"), READY],
      { attributes: "read-write" },
      "CONNECTION_READ_ONLY",
    ],
    [
      "something else than the protocol",
      [Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")],
      {},
      "CONNECTION_GARBLED",
    ],
    ["a length that is none", [...STARTUP, Buffer.from("D\0\0\0\0..")], {}, "CONNECTION_GARBLED"],
  ])("%s", (_what, messages, rules, found) => {
    expect(faultIn(messages, { ...POOL, ...rules }, size)).toBe(found);
  });
});
