import { askForReconciliation } from "@/db/ledger/reconciliation/ask";
import { uuid } from "@/lib/api/requests";
import { formRoute } from "@/server/http/form-route";

/** Asks for a run over all the books, once however often the form is sent, and leads back to where it is shown. */
export const POST = formRoute(
  "POST /ops/reconcile/run",
  async ({ form, user }) => {
    const runId = uuid.safeParse(form.get("runId")).data;
    if (runId !== undefined) await askForReconciliation(user.id, runId);
    return "/ops/reconcile";
  },
  () => "/ops/reconcile",
);
