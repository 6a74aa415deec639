import type { FormState } from "@/lib/form/form-state";

/** What became of what an operator did, in words that the server has made: whether money has moved, and what to do. */
export type OpsAnswer = { tone: "alert" | "checking"; title: string; text: string };
/** A form's state with an answer, where one was given. */
export type OpsFormState = FormState & { answer?: OpsAnswer };

/** Shows an answer above the form that it is about. */
export function Answer({ answer: { tone, title, text } }: { answer: OpsAnswer }) {
  return tone === "alert" ? (
    <div role="alert" className="rounded-xl border border-alert-line bg-alert-wash p-4 text-alert-text">
      <p className="font-semibold">{title}</p>
      <p className="mt-1">{text}</p>
    </div>
  ) : (
    <div role="status" className="rounded-xl border border-wait-line bg-wait-wash p-4 text-wait-text">
      <p className="font-semibold">{title}</p>
      <p className="mt-1">{text}</p>
    </div>
  );
}
