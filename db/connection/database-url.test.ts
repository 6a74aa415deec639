import { describe, expect, it } from "vitest";
import { readDatabaseUrl } from "./database-url.ts";

describe("an address", () => {
  it.each([
    ["postgres://u:p@h/d", [{ host: "h", port: 5432 }]],
    [
      "postgresql://u@h1:5432,h2:5433/d",
      [
        { host: "h1", port: 5432 },
        { host: "h2", port: 5433 },
      ],
    ],
    // A host without a port has the default, and not its neighbour's.
    [
      "postgres://u:a@b@h1:6000,h2/d",
      [
        { host: "h1", port: 6000 },
        { host: "h2", port: 5432 },
      ],
    ],
    [
      "postgres://u@[::1]:5433,[fe80::1]/d",
      [
        { host: "::1", port: 5433 },
        { host: "fe80::1", port: 5432 },
      ],
    ],
    ["postgres://u@%2Fvar%2Frun%2Fpostgresql/d", [{ host: "/var/run/postgresql", port: 5432 }]],
    ["postgres:///d", [{ host: "localhost", port: 5432 }]],
  ])("%s has these hosts", (url, hosts) => {
    expect(readDatabaseUrl(url).hosts).toEqual(hosts);
  });

  it("of which the driver gets the rest: user, database, and what is not about hosts and TLS", () => {
    const { rest, tls, attributes } = readDatabaseUrl(
      "postgres://us%40er:p%2Fw@h1,h2/da%20ta?sslmode=require&prepare=false&target_session_attrs=read-write",
    );
    expect(rest).toBe("postgres://us%40er:p%2Fw@h1:5432/da%20ta?prepare=false");
    expect({ tls, attributes }).toEqual({
      tls: { mode: "require", isDirect: false },
      attributes: "read-write",
    });
  });

  it.each([
    ["", "disable"],
    ["?sslmode=disable", "disable"],
    ["?ssl=false", "disable"],
    ["?sslmode=prefer", "prefer"],
    ["?sslmode=require", "require"],
    ["?ssl=true", "verify-full"],
    ["?sslmode=verify-full", "verify-full"],
    ["?sslrootcert=system", "verify-full"],
  ])("with %s wants TLS: %s", (query, mode) => {
    expect(readDatabaseUrl(`postgres://u@h/d${query}`).tls.mode).toBe(mode);
  });

  it("means the primary where it does not say more", () => {
    expect(readDatabaseUrl("postgres://u@h/d").attributes).toBe("primary");
    expect(readDatabaseUrl("postgres://u@h/d?target_session_attrs=primary").attributes).toBe("primary");
  });

  it.each(
    [
      ["any", "read-only", "standby", "prefer-standby", "Primary"].map(
        (value) =>
          [`postgres://u:secret@h/d?target_session_attrs=${value}`, /may lead to a standby/] as const,
      ),
      [["postgres://u:secret@h:0/d", /no host with a port/] as const],
      [["postgres://u:secret@h:99999/d", /no host with a port/] as const],
      [["postgres://u:secret/@h:5432/d", /must be an address/] as const],
      [["mysql://u:secret@h/d", /must be an address/] as const],
      [["h1:5432", /must be an address/] as const],
      [["postgres://u:secret@h/d?sslmode=on", /sslmode=on/] as const],
      [["postgres://u:secret@h/d?sslrootcert=ca.pem", /NODE_EXTRA_CA_CERTS/] as const],
      [["postgres://u:secret%@h/d", /must be an address/] as const],
      ...["host=10.1.1.1", "hostaddr=10.1.1.1", "port=5433", "user=x", "password=secret", "dbname=d"].map(
        (parameter) => [[`postgres://u:secret@h/d?${parameter}`, /write .+ in the address/] as const],
      ),
    ].flat(),
  )("%s is refused in words that do not quote a password", (url, words) => {
    expect(() => readDatabaseUrl(url)).toThrow(words);
    try {
      readDatabaseUrl(url);
    } catch (error) {
      expect(String(error)).not.toContain("secret");
    }
  });
});
