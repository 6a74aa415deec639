/** Who made a refund: the operator whose act it is, and nobody else who did something about it. */
import { expect, it } from "vitest";
import type { Dossier } from "@/db/payments/search/dossier";
import { refundActOf } from "./timeline.ts";

const ID = "0190a5d0-0000-7000-8000-000000000001";
const act = (id: string, action: string) => ({ id, action, at: new Date(), reason: "broken cup", by: null });
const of = (acts: Dossier["acts"]) => refundActOf({ row: { id: ID } as Dossier["row"], acts });

it("an operator's refund is the act with the payment's own id", () => {
  const own = act(ID, "refund");
  expect(of([act("other", "refund"), own])).toBe(own);
});

it("a payment that an operator refunded, or funded, is none", () => {
  expect(of([act("0190a5d0-0000-7000-8000-000000000002", "refund")])).toBeUndefined();
  expect(of([act(ID, "fund")])).toBeUndefined();
  expect(of([])).toBeUndefined();
});
