"use client";

import { type ComponentProps, useEffect, useRef } from "react";
import { useFormStatus } from "react-dom";
import { Button } from "./button";

/**
 * The button that sends its form, once until the answer is there. React's own pending state comes a frame after the press,
 * so the first press blocks the second by itself. It stays focusable: a button that is disabled while it has the focus loses it. What
 * is sent twice all the same (without JavaScript, by a proxy) is made once by the server.
 */
export function Submit(
  props: Omit<ComponentProps<typeof Button>, "type" | "disabled" | "onClick" | "asChild">,
) {
  const { pending } = useFormStatus();
  const isSent = useRef(false);
  useEffect(() => {
    if (!pending) isSent.current = false;
  }, [pending]);
  return (
    <Button
      type="submit"
      aria-disabled={pending}
      onClick={(event) => {
        if (isSent.current || pending) event.preventDefault();
        // A form that the browser finds incomplete is not sent, and nothing would unblock the button.
        else isSent.current = event.currentTarget.form?.checkValidity() === true;
      }}
      {...props}
    />
  );
}
