"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { useFormContext } from "./form-context";
import { Trouble } from "./trouble";

/**
 * What is wrong with a form, each leading to its field. It takes the focus whenever the form was sent and came back, with
 * scripts or without: `autoFocus` is in the HTML.
 */
export function ErrorSummary() {
  const t = useTranslations("form");
  const { errors, trouble, wantsFocus, idPrefix } = useFormContext();
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!wantsFocus.current || element.current === null) return;
    wantsFocus.current = false;
    element.current.focus();
  });
  if (errors.length === 0 && trouble === undefined) return null;
  return (
    <div
      ref={element}
      role="alert"
      tabIndex={-1}
      // biome-ignore lint/a11y/noAutofocus: somebody has just sent the form, and this says what became of it.
      autoFocus={wantsFocus.current}
      aria-labelledby={`${idPrefix}error-summary`}
      className="rounded-xl border border-alert-line bg-alert-wash p-4 text-alert-text"
    >
      {trouble === undefined ? (
        <p id={`${idPrefix}error-summary`} className="font-semibold">
          {t("summary", { count: errors.length })}
        </p>
      ) : (
        <Trouble trouble={trouble} id={`${idPrefix}error-summary`} />
      )}
      <ul className="mt-1 empty:hidden">
        {errors.map(({ name, text }) => (
          <li key={name}>
            {name === "" ? (
              <span className="inline-flex min-h-11 items-center text-sm sm:min-h-8">{text}</span>
            ) : (
              <a
                href={`#${idPrefix}${name}`}
                className="inline-flex min-h-11 items-center text-sm underline underline-offset-4 sm:min-h-8"
                onClick={(event) => {
                  // A field that is there takes the focus itself; its label is scrolled into view with it.
                  const field = document.getElementById(`${idPrefix}${name}`);
                  if (field === null) return;
                  event.preventDefault();
                  field.focus();
                  (document.querySelector(`label[for="${CSS.escape(field.id)}"]`) ?? field).scrollIntoView({
                    block: "nearest",
                  });
                }}
              >
                {text}
              </a>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
