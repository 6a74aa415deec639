import { useTranslations } from "next-intl";
import { HiddenFields } from "@/components/checkout/hidden-fields";
import { Button } from "@/components/ui/button";

/**
 * Something that cannot be taken back, asked about once more: a plain form that opens and is sent without JavaScript too.
 * `userId`: who it was opened as; somebody else who is signed in by then is not taken for them.
 */
export function Confirm({
  action,
  userId,
  what,
  text,
  forCertain,
}: {
  action: string;
  userId: string;
  what: string;
  text: string;
  forCertain: string;
}) {
  const t = useTranslations("merchant");
  return (
    <details className="group">
      <summary className="-mx-2 inline-flex min-h-11 cursor-pointer items-center rounded-xl px-2 font-semibold text-alert-text underline-offset-4 hover:underline">
        {what}
      </summary>
      <form
        method="post"
        action={action}
        aria-label={t("confirm")}
        className="mt-1 flex flex-wrap items-center gap-3 rounded-xl border border-alert-line bg-alert-wash p-4 text-alert-text"
      >
        <HiddenFields fields={{ user: userId }} />
        <p className="min-w-0 flex-1 basis-56 text-sm">{text}</p>
        <Button type="submit" look="quiet" className="h-11!">
          {forCertain}
        </Button>
      </form>
    </details>
  );
}
