"use server";

import { z } from "zod";
import type { DoorAnswer } from "@/lib/door";
import { problem } from "@/lib/problems";
import { parse, payOrderRequest, uuid } from "@/lib/requests";
import { problemOf } from "@/server/http";
import { answerInvalid, answerPayment } from "@/server/pay-door";
import { getViewer } from "@/server/viewer";

const input = payOrderRequest.extend({ userId: uuid, key: uuid });

/** The server action behind Pay: the same use case as `POST /api/payments`. Returns data, and never redirects. */
export async function payOrder(sent: z.input<typeof input>): Promise<DoorAnswer> {
  try {
    const viewer = await getViewer();
    const opened = z.object({ userId: uuid, key: uuid }).safeParse(sent);
    // Whoever is signed in now must be who opened the form, before anything is looked up.
    if (!viewer || !opened.success || opened.data.userId !== viewer.id) {
      return { status: 401, body: problem("unauthenticated"), replayed: false };
    }
    const { userId: _userId, key, ...body } = sent;
    const parsed = parse(payOrderRequest, body);
    return parsed.ok
      ? await answerPayment(viewer.id, opened.data.key, { operation: "pay-order", ...parsed.value })
      : await answerInvalid(viewer.id, opened.data.key, parsed.errors);
  } catch (error) {
    const body = problemOf(error, { action: "payOrder" });
    return { status: body.status, body, replayed: false };
  }
}
