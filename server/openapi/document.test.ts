import { describe, expect, test } from "vitest";
import { PROBLEMS, type ProblemName } from "@/lib/api/problems";
import { problemSchema } from "@/lib/api/responses";
import { isRateLimited, policyOf, ROUTES, type RouteName, scopeOf } from "../identity/policy.ts";
import { type OpenApiDocument, openApiDocument } from "./document.ts";
import { HEADERS } from "./headers.ts";
import { OPERATIONS } from "./operations.ts";
import { SCHEMAS } from "./schemas.ts";

// As it is sent: what does not survive JSON is not in the reference.
const sent = JSON.parse(JSON.stringify(openApiDocument())) as OpenApiDocument;
const operations = Object.entries(sent.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

/** Every value under `node`, at any depth. */
function everythingIn(node: unknown): unknown[] {
  return typeof node === "object" && node !== null
    ? [node, ...Object.values(node).flatMap(everythingIn)]
    : [node];
}

/** The route that an operation describes, as the policy calls it. */
function nameOf(path: string, method: string): RouteName {
  return `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, "[$1]")}` as RouteName;
}

describe("the reference", () => {
  test("describes every route of the policy under /api, and no other", () => {
    const inPolicy = Object.keys(ROUTES).filter((name) => name.includes(" /api/"));
    const described = operations.map(({ path, method }): string => nameOf(path, method));
    expect(described.sort()).toEqual(inPolicy.sort());
  });

  test("gives every operation a name of its own", () => {
    const names = operations.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
  });

  test("names nothing that it does not hold", () => {
    const references = everythingIn(sent).flatMap((node) =>
      typeof node === "object" && node !== null && "$ref" in node ? [String(node.$ref)] : [],
    );
    expect(references.length).toBeGreaterThan(0);
    for (const reference of references) {
      const target = reference
        .slice("#/".length)
        .split("/")
        .reduce<unknown>((node, step) => (node as Record<string, unknown> | undefined)?.[step], sent);
      expect(target, reference).toBeDefined();
    }
  });

  test("shows examples that its own schemas accept", () => {
    for (const [name, operation] of Object.entries(OPERATIONS)) {
      for (const { schema, examples } of Object.values(operation.successes)) {
        for (const example of Object.values(examples)) {
          if (schema !== undefined)
            expect(
              SCHEMAS[schema].safeParse(example.value).error,
              `${name}: ${example.summary}`,
            ).toBeUndefined();
        }
      }
      for (const example of Object.values(operation.body?.examples ?? {})) {
        const accepted = operation.body?.schemas.filter(
          (one) => SCHEMAS[one].safeParse(example.value).success,
        );
        expect(accepted, `${name}: ${example.summary}`).toHaveLength(1);
      }
    }
    for (const { path, operation } of operations) {
      for (const { content } of Object.values(operation.responses)) {
        for (const [name, example] of Object.entries(content["application/problem+json"]?.examples ?? {})) {
          const { value } = example as { value: unknown };
          const { error } = problemSchema(name as ProblemName).safeParse(value);
          expect(error, `${path}: ${name}`).toBeUndefined();
        }
      }
    }
  });

  test("says what text of people may be, at every field that takes such text", () => {
    const properties = (schema: unknown) => (schema as { properties: Record<string, unknown> }).properties;
    const { TransferRequest, OrderRequest } = sent.components.schemas;
    const items = properties(OrderRequest).items as { items: unknown };
    for (const field of [
      properties(TransferRequest).payee,
      properties(TransferRequest).note,
      properties(OrderRequest).description,
      properties(items.items).description,
    ])
      expect(field).toMatchObject({
        type: "string",
        minLength: 1,
        maxLength: expect.any(Number),
        description: expect.stringMatching(
          /must show something.*change the direction of text.*as it is sent/,
        ),
      });
    for (const schema of [TransferRequest, OrderRequest])
      expect(properties(schema).currency).toMatchObject({ description: expect.stringContaining("ISO 4217") });
  });

  test("lists each kind of problem under its own status, and leaves none out", () => {
    const listed = new Set<string>();
    for (const { operation } of operations) {
      for (const [status, { content }] of Object.entries(operation.responses)) {
        for (const name of Object.keys(content["application/problem+json"]?.examples ?? {})) {
          expect(PROBLEMS[name as ProblemName].status, name).toBe(Number(status));
          listed.add(name);
        }
      }
    }
    expect([...listed].sort()).toEqual(Object.keys(PROBLEMS).sort());
  });

  test("demands a caller exactly where the policy does, and of an API key the scope that the policy names", () => {
    for (const { path, method, operation } of operations) {
      const name = nameOf(path, method);
      const scope = scopeOf(name);
      expect(operation.security, name).toEqual(
        policyOf(name).level === "anyone" ? [] : [{ apiKey: [scope] }, { session: [] }],
      );
      if (scope !== undefined) expect(operation.description, name).toContain(`scope \`${scope}\``);
      expect("401" in operation.responses, name).toBe(policyOf(name).level !== "anyone");
    }
  });

  test("says what is left of the quotas wherever requests are counted, and nowhere else", () => {
    for (const { path, method, operation } of operations) {
      const name = nameOf(path, method);
      expect("429" in operation.responses, name).toBe(isRateLimited(name));
      for (const [status, { headers }] of Object.entries(operation.responses)) {
        const isTold = isRateLimited(name) && status !== "405";
        expect(["RateLimit" in headers, "RateLimit-Policy" in headers], `${name} ${status}`).toEqual([
          isTold,
          isTold,
        ]);
      }
    }
  });

  test("shows headers as they are", () => {
    for (const [name, { schema, example }] of Object.entries(HEADERS)) {
      if ("pattern" in schema) expect(example, name).toMatch(new RegExp(schema.pattern));
      if ("const" in schema) expect(example, name).toBe(schema.const);
    }
  });
});
