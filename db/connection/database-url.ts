/**
 * A database's address as libpq writes it: `postgres://user:password@host:port,host:port/database?name=value`. The driver
 * parses such an address, too, but mixes up the ports of several hosts, fails on `[::1]`, and connects to whichever host comes
 * first, a standby or not. Hosts and TLS are parsed here, and the driver gets the rest.
 */

/** One of several servers of the same database, of which one at a time is the primary. */
export type Host = { host: string; port: number };

/** Which server may be used. Both are primaries; the second takes writes by default, too. */
export type SessionAttributes = "primary" | "read-write";

/** As libpq's sslmode: `require` encrypts and verifies nothing. */
export type TlsMode = "disable" | "prefer" | "require" | "verify-full";

export type DatabaseUrl = {
  hosts: readonly [Host, ...Host[]];
  attributes: SessionAttributes;
  tls: { mode: TlsMode; isDirect: boolean };
  /** The address for the driver, without what is parsed here. */
  rest: string;
};

const DEFAULT_PORT = "5432";
const PARTS =
  /^(?<scheme>postgres(?:ql)?:\/\/)(?:(?<user>[^/?#]*)@)?(?<hosts>[^/?#@]*)(?<path>\/[^?#]*)?(?:\?(?<query>[^#]*))?$/i;
const HOST = /^(?<host>\[[0-9a-f:.]+\]|[^:[\]]*)(?::(?<port>\d{1,5}))?$/i;

/** libpq takes them as parameters, too. The driver would send them to the server as settings, which it does not have. */
const PARTS_OF_THE_ADDRESS = ["host", "hostaddr", "port", "user", "password", "dbname"];

/** By what libpq calls them. `require` encrypts and does not look whom it speaks with; only the last two do. */
const TLS_MODES: ReadonlyMap<string, TlsMode> = new Map([
  ["", "disable"],
  ["false", "disable"],
  ["disable", "disable"],
  ["prefer", "prefer"],
  ["allow", "require"],
  ["require", "require"],
  ["true", "verify-full"],
  ["verify-ca", "verify-full"],
  ["verify-full", "verify-full"],
]);

/**
 * Reads an address. Where none is given to a part, the environment's PGHOST, PGPORT and PGSSL count, as for the driver.
 * Throws one sentence that says what is wrong and quotes no password.
 */
export function readDatabaseUrl(url: string): DatabaseUrl {
  const parts = PARTS.exec(url)?.groups;
  // An @ after the hosts belongs to a password with a / or ? in it: what looks like a host may be half of that.
  if (!parts || `${parts.path ?? ""}${parts.query ?? ""}`.includes("@") || !isDecodable(parts.user ?? ""))
    throw new Error(
      "must be an address such as postgres://user:password@host:5432/database; / ? # % and @ in a password are written %2F %3F %23 %25 and %40",
    );
  const query = new URLSearchParams(parts.query ?? "");
  const misplaced = PARTS_OF_THE_ADDRESS.find((name) => query.has(name));
  if (misplaced !== undefined)
    throw new Error(
      `says ${misplaced} among its parameters: write hosts, ports, user, password and database in the address itself, as postgres://user:password@host:port,host:port/database`,
    );
  const [first = readHost(""), ...others] = (parts.hosts ?? "").split(",").map(readHost);
  const attributes = readAttributes(query);
  const tls = readTls(query);
  // The driver does not connect to it, and names it in its errors.
  const named = /[:/]/.test(first.host) ? "localhost" : encodeURIComponent(first.host);
  const rest = `${parts.scheme}${parts.user === undefined ? "" : `${parts.user}@`}${named}:${first.port}${parts.path ?? ""}?${query}`;
  if (!URL.canParse(rest))
    throw new Error("names a user, password or database that is no part of an address");
  return { hosts: [first, ...others], attributes, tls, rest };
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function readHost(text: string): Host {
  const found = HOST.exec(text)?.groups;
  const port = Number(found?.port ?? (process.env.PGPORT || DEFAULT_PORT));
  if (!found || !isDecodable(text) || !(port >= 1 && port <= 65_535))
    throw new Error(`names "${text}", which is no host with a port, such as db1.example.com:5432`);
  const host = decodeURIComponent(found.host ?? "").replace(/^\[(.*)\]$/, "$1");
  return { host: host || process.env.PGHOST || "localhost", port };
}

/** Removes what it reads from `query`; the driver would send it to the server, or interpret it itself. */
function take(query: URLSearchParams, name: string): string | undefined {
  const value = query.get(name) ?? undefined;
  query.delete(name);
  return value;
}

function readAttributes(query: URLSearchParams): SessionAttributes {
  const wanted = take(query, "target_session_attrs") ?? "primary";
  if (wanted === "primary" || wanted === "read-write") return wanted;
  throw new Error(
    `says target_session_attrs=${wanted}, which may lead to a standby: only primary (which is understood) and read-write are safe`,
  );
}

function readTls(query: URLSearchParams): DatabaseUrl["tls"] {
  const [sslmode, ssl] = [take(query, "sslmode"), take(query, "ssl")];
  const isDirect = (take(query, "sslnegotiation") ?? process.env.PGSSLNEGOTIATION) === "direct";
  const roots = take(query, "sslrootcert");
  if (roots !== undefined && roots !== "system")
    throw new Error("says sslrootcert: give the file to Node instead, as NODE_EXTRA_CA_CERTS");
  const name = sslmode ?? ssl ?? (roots === "system" ? "verify-full" : (process.env.PGSSL ?? ""));
  const mode = TLS_MODES.get(name);
  if (mode === undefined)
    throw new Error(
      `says sslmode=${name}, which is none of ${[...TLS_MODES.keys()].filter(Boolean).join(", ")}`,
    );
  return { mode, isDirect };
}
