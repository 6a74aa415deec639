/** Reading a key by the rules of RFC 9651, vector by vector, and the leniency that the API documents. */
import { describe, expect, it } from "vitest";
import { readKey } from "./key-header.ts";
import { malformedKeys } from "./key-header.vectors.ts";

const UUID = "019ab3c2-40d5-7dbd-bc93-6894a57f9324";
const LETTERED = "a19ab3c2-40d5-7dbd-bc93-6894a57f9324";

/** What is read of a request with these header lines, as HTTP joins them, and this query. */
function read(header: string | string[] | undefined, query = ""): string {
  const headers = new Headers();
  for (const line of header === undefined ? [] : [header].flat()) headers.append("idempotency-key", line);
  const reading = readKey(new Request(`http://once.test/api/payments${query}`, { headers }));
  return reading.type === "key" ? reading.key : reading.type;
}

describe("a String that holds a UUID is the key", () => {
  it.each([
    ["a String", `"${UUID}"`],
    ["with space around it, which HTTP takes away", `  "${UUID}"\t`],
    ["in capitals, folded", `"${UUID.toUpperCase()}"`],
    ["with a parameter that is true", `"${UUID}";a`],
    ["parameters", `"${UUID}";a=1;b=?0;c=tok;d="s";e=:YQ==:;f=%"f%c3%bc";g=-1.5`],
    // structured-headers 2.1 wants a Date to be the last of them, where the RFC does not; nobody sends two.
    ["a parameter that is a Date", `"${UUID}";f=@1659578233`],
    ["space before a parameter's name", `"${UUID}"; a=1;  b`],
    ["every character that a parameter's name may have", `"${UUID}";*a=1;a.b-c_d*=2`],
    ["a parameter twice: the last one counts, and none does here", `"${UUID}";a=1;a=2`],
  ])("%s", (_what, header) => {
    expect(read(header)).toBe(UUID);
  });

  it.each([UUID, UUID.toUpperCase(), LETTERED])("a bare UUID is accepted (%s)", (bare) => {
    expect(read(bare)).toBe(bare.toLowerCase());
  });
});

describe("anything else is malformed", () => {
  it.each([
    ...malformedKeys(UUID),
    ["a String of 20,000 characters", `"${"x".repeat(20_000)}"`],
    ["ten thousand parameters: longer than any key needs", `"${UUID}"${";a".repeat(10_000)}`],
    ["fifteen thousand brackets", "(".repeat(15_000)],
  ])("%s", (_what, header) => {
    expect(read(header)).toBe("malformed");
  });

  it("several header lines are a List, even of one key", () => {
    expect(read([`"${UUID}"`, `"${UUID}"`])).toBe("malformed");
    expect(read([UUID, UUID])).toBe("malformed");
    expect(read([`"${UUID}"`, ""])).toBe("malformed");
    expect(read(["", ""])).toBe("malformed");
  });
});

describe("in the query, for clients that cannot set headers", () => {
  it("a bare UUID is the key", () => {
    expect(read(undefined, `?idempotency_key=${UUID}`)).toBe(UUID);
    expect(read(undefined, `?idempotency_key=${UUID.toUpperCase()}&x=1`)).toBe(UUID);
  });

  it("neither here nor there is missing; empty is malformed", () => {
    expect(read(undefined)).toBe("missing");
    expect(read(undefined, "?idempotency_key=")).toBe("malformed");
    expect(read(undefined, `?idempotency_key=%22${UUID}%22`)).toBe("malformed");
  });

  it("both must be the same key", () => {
    expect(read(`"${UUID}"`, `?idempotency_key=${UUID}`)).toBe(UUID);
    expect(read(`"${UUID}"`, `?idempotency_key=${LETTERED}`)).toBe("malformed");
    expect(read(`"${UUID}"`, "?idempotency_key=")).toBe("malformed");
    expect(read("", `?idempotency_key=${UUID}`)).toBe("malformed");
    expect(read(undefined, `?idempotency_key=${UUID}&idempotency_key=${LETTERED}`)).toBe("malformed");
  });
});
