import { randomUUID } from "node:crypto";
import { redirect } from "next/navigation";
import { authorizePage } from "@/server/identity/authorize";

/** Begins a request for money: its id stands in the address from here on. Writes nothing. Merchants have orders for it. */
export default async function NewRequestPage() {
  const viewer = await authorizePage("/request", "/request");
  redirect(viewer.role === "merchant" ? "/orders/new" : `/request/${randomUUID()}`);
}
