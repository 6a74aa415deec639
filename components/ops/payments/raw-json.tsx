import { useTranslations } from "next-intl";
import { Panel } from "@/components/ui/panel";

/** The payment as a program gets it, and its row as it is stored. */
export function RawJson({ payment, row }: { payment: string; row: string }) {
  const t = useTranslations("opsPayments");
  return (
    <Panel className="mt-6">
      <details>
        <summary className="min-h-11 cursor-pointer py-2 text-xl font-bold">{t("raw")}</summary>
        <div className="mt-3 grid grid-cols-1 gap-6 lg:grid-cols-2">
          {(
            [
              ["rawApi", payment],
              ["rawRow", row],
            ] as const
          ).map(([name, text]) => (
            <div key={name} className="min-w-0">
              <h3 className="mb-1 text-sm font-medium text-soft">{t(name)}</h3>
              <pre
                className="rounded-xl bg-wash p-4 text-xs break-all whitespace-pre-wrap select-all"
                dir="ltr"
              >
                {text}
              </pre>
            </div>
          ))}
        </div>
      </details>
    </Panel>
  );
}
