/** The key in what somebody pasted: a key, a header with one, or an address that has one in it. */
import { z } from "zod";

const KEY = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
/** Whatever is longer is no address of ours. */
const PASTED_MAX_LENGTH = 2_000;

/** The keys in a text, each once, in lower case. What runs on into more figures or letters is none. */
function keysIn(text: string): string[] {
  const found = [...text.slice(0, PASTED_MAX_LENGTH).matchAll(KEY)].filter(({ 0: key, index }) => {
    const [before, after] = [text[index - 1] ?? " ", text[index + key.length] ?? " "];
    return !/[0-9a-z-]/i.test(before) && !/[0-9a-z-]/i.test(after);
  });
  return [...new Set(found.map(([key]) => key.toLowerCase()))];
}

/** The field of the form. Its codes: `malformed`, where there is no key in it; `several`, where it is not clear which is meant. */
export const keyForm = z.object({
  key: z.string("malformed").transform((text, context) => {
    const [key, ...others] = keysIn(text);
    // In an address of ours the key stands by its name, beside other ids.
    const named = /[?&]key=([0-9a-f-]{36})\b/i.exec(text)?.[1]?.toLowerCase();
    if (named !== undefined && keysIn(text).includes(named)) return named;
    if (key !== undefined && others.length === 0) return key;
    context.addIssue({ code: "custom", message: key === undefined ? "malformed" : "several" });
    return z.NEVER;
  }),
});
