/** nginx and HAProxy with the configurations of docs/OPERATING.md, as processes of their own on loopback ports. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net, { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { listen } from "../../db/testing/proxies/listen.ts";
import { findProgram } from "../../scripts/reverse-proxies.mjs";
import { expect } from "../support/fixtures.ts";

export type Kind = "nginx" | "haproxy";

export type ReverseProxy = { address: string; close(): Promise<void> };

/** What a row is skipped for. Undefined where all is there. */
export function missingProgram(kind: Kind): string | undefined {
  return ([kind, "openssl"] as const).find((name) => findProgram(name) === undefined);
}

/** The one configuration of this kind that the documentation shows. */
export function documented(kind: Kind): string {
  const text = readFileSync("docs/OPERATING.md", "utf8");
  const blocks = [...text.matchAll(new RegExp(`^\`\`\`${kind}\\n(.*?)^\`\`\``, "gms"))];
  if (blocks.length !== 1)
    throw new Error(`docs/OPERATING.md shows ${blocks.length} configurations of ${kind}.`);
  return blocks[0]?.[1] ?? "";
}

/** What a configuration says of a place that is another one here; each must stand in it. */
function putHere(configuration: string, places: Record<string, string>): string {
  return Object.entries(places).reduce((text, [there, here]) => {
    if (!text.includes(there)) throw new Error(`The configuration does not say ${there}.`);
    return text.replaceAll(there, here);
  }, configuration);
}

/**
 * Starts one with `configuration`, whose two servers are what listens at `ports`. Its certificate is nobody's; a browser
 * must be told to take it.
 */
export async function startReverseProxy(
  kind: Kind,
  configuration: string,
  ports: readonly [number, number],
): Promise<ReverseProxy> {
  const folder = mkdtempSync(path.join(tmpdir(), `once-${kind}-`));
  const [key, certificate, both] = ["pay.key", "pay.crt", "pay.pem"].map((name) =>
    path.join(folder, name),
  ) as [string, string, string];
  const openssl = findProgram("openssl") ?? "openssl";
  const request =
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1";
  execFileSync(openssl, [...request.split(" "), "-keyout", key, "-out", certificate], { stdio: "ignore" });
  writeFileSync(both, readFileSync(certificate, "utf8") + readFileSync(key, "utf8"), { mode: 0o600 });

  const port = await freePort();
  const servers = {
    "10.0.0.11:3000": `127.0.0.1:${ports[0]}`,
    "10.0.0.12:3000": `127.0.0.1:${ports[1]}`,
  };
  const file = path.join(folder, `${kind}.conf`);
  if (kind === "nginx")
    writeFileSync(file, nginxFile(folder, configuration, port, servers, { key, certificate }));
  else
    writeFileSync(
      file,
      putHere(configuration, {
        ...servers,
        "bind :443": `bind 127.0.0.1:${port}`,
        "/etc/ssl/pay.example.com.pem": both,
        "hdr Host pay.example.com": "hdr Host 127.0.0.1",
      }),
    );
  const program = findProgram(kind) ?? kind;
  const args = kind === "nginx" ? ["-p", folder, "-e", "stderr", "-c", file] : ["-db", "-f", file];
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const endIt = () => child.kill("SIGKILL");
  process.once("exit", endIt);
  const close = async () => {
    process.removeListener("exit", endIt);
    if (isRunning(child)) {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await expect(async () => {
      expect(isRunning(child), said).toBe(true);
      const socket = net.connect(port, "127.0.0.1");
      try {
        await once(socket, "connect");
      } finally {
        socket.destroy();
      }
    }).toPass({ intervals: [50] });
  } catch (error) {
    await close();
    throw error;
  }
  return { address: `https://127.0.0.1:${port}`, close };
}

const isRunning = (child: ChildProcess) => child.exitCode === null && child.signalCode === null;

/** The documented block in what every nginx has around it. One process, which whoever started it can end. */
function nginxFile(
  folder: string,
  block: string,
  port: number,
  servers: Record<string, string>,
  files: { key: string; certificate: string },
): string {
  const here = putHere(block, {
    ...servers,
    "listen 443 ssl": `listen 127.0.0.1:${port} ssl`,
    "server_name pay.example.com": "server_name 127.0.0.1",
    "/etc/ssl/pay.example.com.crt": files.certificate,
    "/etc/ssl/pay.example.com.key": files.key,
  });
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${path.join(folder, name)};`)
    .join("\n");
  return `daemon off;
master_process off;
pid ${path.join(folder, "nginx.pid")};
events {}
http {
access_log off;
${temporary}
${here}
}
`;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  const port = await listen(probe);
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
