"use client";

import { type ComponentProps, createContext, type RefObject, useContext, useEffect, useRef } from "react";
import { useFormStatus } from "react-dom";
import { Button } from "./button";

/** Whether the form around a button has been sent, where the form itself knows: components/form opens it again. */
export const SentLatch = createContext<RefObject<boolean> | undefined>(undefined);

/**
 * The button that sends its form, once until the answer is there. React's own pending state comes a frame after the press,
 * so the first press blocks the second by itself. It stays focusable: a button that is disabled while it has the focus loses it. What
 * is sent twice all the same (without JavaScript, by a proxy) is made once by the server.
 */
export function Submit(
  props: Omit<ComponentProps<typeof Button>, "type" | "disabled" | "onClick" | "asChild">,
) {
  const { pending } = useFormStatus();
  const own = useRef(false);
  const isSent = useContext(SentLatch) ?? own;
  useEffect(() => {
    if (!pending) isSent.current = false;
  }, [pending, isSent]);
  useEffect(() => {
    // Back from the page that a plain form led to, out of the browser's cache: it may be sent again.
    const open = () => {
      isSent.current = false;
    };
    addEventListener("pageshow", open);
    return () => removeEventListener("pageshow", open);
  }, [isSent]);
  return (
    <Button
      type="submit"
      aria-disabled={pending}
      onClick={(event) => {
        const { form } = event.currentTarget;
        if (isSent.current || pending) event.preventDefault();
        // A form that the browser finds incomplete is not sent, and nothing would unblock the button.
        else isSent.current = form?.noValidate === true || form?.checkValidity() === true;
      }}
      {...props}
    />
  );
}
