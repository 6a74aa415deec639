/**
 * The schemas of the reference, by name. They are the ones that parse requests and check responses, turned into JSON
 * Schema by zod itself: OpenAPI 3.1 speaks JSON Schema 2020-12, which is what `z.toJSONSchema` writes, so that a
 * library in between (zod-to-openapi is one) would add a dialect of its own and nothing that we need.
 */
import { z } from "zod";
import { PROBLEMS, type ProblemName } from "@/lib/api/problems";
import * as requests from "@/lib/api/requests";
import * as responses from "@/lib/api/responses";

export const SCHEMAS = {
  IssueKeyRequest: requests.issueKeyRequest,
  PayOrderRequest: requests.payOrderRequest,
  TransferRequest: requests.transferRequest,
  RefundRequest: requests.refundRequest,
  TopUpRequest: requests.topUpRequest,
  OrderRequest: requests.orderRequest,
  Payment: responses.payment,
  IssuedKey: responses.issuedKey,
  KeyState: responses.keyState,
  RevokedKey: responses.revokedKey,
  Order: responses.order,
  AccountList: responses.accountList,
  PaymentList: responses.paymentList,
  OrderList: responses.orderList,
  Liveness: responses.liveness,
  Readiness: responses.readiness,
} as const satisfies Record<string, z.ZodType>;

export type SchemaName = keyof typeof SCHEMAS;

export type JsonSchema = Record<string, unknown>;

/** The component that describes a kind of problem: "IdempotencyKeyVoidProblem". */
export function problemSchemaName(name: ProblemName): string {
  const words = name.split("-").map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join("")}Problem`;
}

export function schemaRef(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

/** Every schema as JSON Schema, those of problems among them; one names another by reference. */
export function componentSchemas(): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id });
  for (const name of Object.keys(PROBLEMS) as ProblemName[]) {
    registry.add(responses.problemSchema(name), { id: problemSchemaName(name) });
  }
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod;
      // The format says it; the expression that checks it fills lines and says nothing to people.
      const isFormat =
        def.type === "string" && (jsonSchema.format === "uuid" || jsonSchema.format === "date-time");
      if (isFormat) delete jsonSchema.pattern;
    },
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _dialect, $id: _id, ...schema }]) => [id, schema]),
  );
}
