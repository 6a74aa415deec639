import { useTranslations } from "next-intl";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";

/** Who is paid. Anybody may choose any name, and a handle is one person's alone: both stand below the amount, before Pay. */
export function Payee({ name, handle }: { name: string; handle: string }) {
  const t = useTranslations("checkout");
  return <p className="-mt-4 mb-6 text-sm text-soft">{inElements(t.rich("payee", { name, handle, bdi }))}</p>;
}
