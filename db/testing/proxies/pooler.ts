/** A connection pooler like PgBouncer: it refuses or ignores unknown startup parameters, and has process ids of its own. */
import net from "node:net";
import { serveTcp, type TcpServer } from "./listen.ts";
import { splitter } from "./wire-proxy.ts";

const KNOWN = ["user", "database", "client_encoding", "application_name"];
/** No process of this machine has this id. */
const OWN_PROCESS = 0x7ffffff0;

function message(type: string, body: string): Buffer {
  const bytes = Buffer.from(`${type}\0\0\0\0${body}`, "utf8");
  bytes.writeUInt32BE(bytes.length - type.length, type.length);
  return bytes;
}

/** Starts one in front of the server at `host`:`port`. */
export function startPooler(host: string, port: number, others: "refused" | "ignored"): Promise<TcpServer> {
  return serveTcp((client, track) => {
    const upstream = track(net.connect({ host, port }));
    client.on(
      "data",
      splitter(true, (type, bytes) => {
        if (type !== "") {
          upstream.write(bytes);
          return;
        }
        // Length and version, then names and values.
        const words = bytes.toString("utf8", 8).split("\0");
        const pairs = words.flatMap((name, at) =>
          at % 2 === 0 && name ? [[name, words[at + 1] ?? ""]] : [],
        );
        const unknown = pairs.find(([name]) => !KNOWN.includes(name ?? ""));
        if (unknown && others === "refused") {
          client.end(message("E", `SFATAL\0C08P01\0Munsupported startup parameter: ${unknown[0]}\0\0`));
          return;
        }
        const passed = pairs.filter(([name]) => KNOWN.includes(name ?? ""));
        const startup = message("", `\0\x03\0\0${passed.map((pair) => `${pair.join("\0")}\0`).join("")}\0`);
        upstream.write(startup);
      }),
    );
    upstream.on(
      "data",
      splitter(false, (type, bytes) => {
        if (type === "K") bytes.writeUInt32BE(OWN_PROCESS, 5);
        client.write(bytes);
      }),
    );
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.destroy());
  });
}
