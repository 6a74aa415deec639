"use client";

import { useTranslations } from "next-intl";
import type { MouseEvent } from "react";

/** Whom the payer has sent money to before: each a way to fill in the field above. Without scripts a link to the form with it. */
export function EarlierRecipients({
  place,
  recipients,
}: {
  place: string;
  recipients: { name: string; handle: string }[];
}) {
  const t = useTranslations("send");
  if (recipients.length === 0) return null;
  return (
    <div className="mt-3">
      <p id="earlier-recipients" className="text-sm text-soft">
        {t("earlier")}
      </p>
      <ul aria-labelledby="earlier-recipients" className="mt-2 flex flex-wrap gap-2">
        {recipients.map(({ name, handle }) => (
          <li key={handle} className="max-w-full">
            <a
              href={`${place}?${new URLSearchParams({ payee: handle })}`}
              onClick={(event) => fillIn(event, handle)}
              className="flex min-h-11 max-w-full items-center gap-1.5 rounded-full border border-line-strong bg-card px-4 text-sm hover:bg-wash"
            >
              <bdi className="truncate font-medium">{name}</bdi>
              <span className="text-soft">
                <bdi>{`@${handle}`}</bdi>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Puts the handle into the form's field, as if it had been typed, and leads there: what else was typed stays. */
function fillIn(event: MouseEvent<HTMLAnchorElement>, handle: string): void {
  const field = event.currentTarget.closest("form")?.querySelector<HTMLInputElement>("input[name=payee]");
  const isPlainClick = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  if (!field || !isPlainClick) return;
  event.preventDefault();
  // React keeps its own record of a field's value; set past it, the change is seen.
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(field, handle);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}
