import { randomUUID } from "node:crypto";
import { notFound, redirect } from "next/navigation";
import { placeOf } from "@/lib/pay/place";
import { authorizePage } from "@/server/identity/authorize";
import { isDemo } from "@/server/lifecycle/environment";

/** Begins a top-up, in the demo: its intent stands in the address from here on. Writes nothing. */
export default async function TopUpPage() {
  await authorizePage("/top-up", "/top-up");
  if (!isDemo()) notFound();
  redirect(placeOf({ kind: "top-up", intentId: randomUUID() }));
}
