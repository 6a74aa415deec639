import { randomUUID } from "node:crypto";
import { notFound, redirect } from "next/navigation";
import { findRefundable } from "@/db/payments/views/refundable";
import { uuid } from "@/lib/api/requests";
import { authorizePage } from "@/server/identity/authorize";

/** Leads to the form of a new refund, which has an address of its own: reloaded or opened twice, it is one refund. */
export default async function NewRefundPage({ params }: { params: Promise<{ id: string }> }) {
  const id = uuid.safeParse((await params).id).data;
  if (id === undefined) notFound();
  const viewer = await authorizePage("/payments/[id]/refund", `/payments/${id}/refund`);
  if ((await findRefundable(viewer.id, id)) === undefined) notFound();
  redirect(`/payments/${id}/refund/${randomUUID()}`);
}
