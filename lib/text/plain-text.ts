/**
 * Text that people write and others read beside money: names, notes, descriptions, what an API key is called. What can
 * turn the text around it, or cannot be seen, is refused where text comes in, by `plainText`; what was stored before
 * that is isolated where it is shown (`<bdi>` in a page, `isolateBidi` of bidi-isolate.ts in an attribute).
 *
 * Names are stored in Unicode's composed form (NFC). Notes, descriptions and items stay as they were sent: they are part
 * of the hash by which a request is known again, and of answers that are the same bytes for ever.
 */
import { z } from "zod";

/**
 * Marks on top of each other: Vietnamese needs two, vocalised Hebrew three, Burmese five. More are there to cover other
 * people's lines.
 */
const MARKS_IN_A_ROW_MAX = 5;

/** Scripts whose letters take a joiner or a non-joiner between them: Persian, Urdu and those of India and their kin. */
const JOINING = [
  ...["Arabic", "Syriac", "Mongolian", "Nko", "Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Oriya"],
  ...["Tamil", "Telugu", "Kannada", "Malayalam", "Sinhala", "Khmer", "Myanmar", "Tibetan"],
]
  .map((script) => `\\p{Script=${script}}`)
  .join("");

/** Sequences in which a character that nobody sees has a meaning. They are taken out before it is looked for. */
const VISIBLE_SEQUENCES = new RegExp(
  [
    // A joiner inside an emoji, and between letters that join.
    "(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\uFE0F])\\u200D(?=\\p{Extended_Pictographic})",
    `(?<=[${JOINING}]\\p{M}*)[\\u200C\\u200D](?=[${JOINING}])`,
    // How a character is drawn: as an emoji, as which form of an ideograph, of a Mongolian letter.
    "(?<=\\p{Emoji})[\\uFE0E\\uFE0F]",
    "(?<=\\p{Script=Han})[\\uFE00-\\uFE02\\u{E0100}-\\u{E01EF}]",
    "(?<=\\p{Script=Mongolian})[\\u180B-\\u180D\\u180F]",
    // The flags of England, Scotland and Wales.
    "(?<=\\u{1F3F4})[\\u{E0030}-\\u{E0039}\\u{E0061}-\\u{E007A}]{3,6}\\u{E007F}",
  ].join("|"),
  "gu",
);

/** Control characters, line and paragraph separators, halves of a surrogate pair. */
const DISALLOWED = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u;
/** Format characters (those that turn the direction among them), and whatever else is drawn as nothing. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/u;
/** Marks with no letter to stand on would stand on what is before the text. */
const TOO_MANY_MARKS = new RegExp(`^\\p{M}|[\\p{Mn}\\p{Me}]{${MARKS_IN_A_ROW_MAX + 1}}`, "u");
/** Something that shows: neither a space of any kind, nor the blank of braille, nor a mark. */
const VISIBLE = /[^\p{Z}\s\p{M}\u2800]/u;

/** What is wrong with a text, as a problem document says it; undefined where nothing is. */
function textError(text: string): string | undefined {
  if (DISALLOWED.test(text)) return "contains characters that are not allowed";
  const rest = text.replace(VISIBLE_SEQUENCES, "");
  if (INVISIBLE.test(rest)) return "contains characters that cannot be seen or change the direction of text";
  if (TOO_MANY_MARKS.test(text)) return "contains too many marks on one letter";
  return VISIBLE.test(rest) ? undefined : "must show something";
}

/** The rule in a sentence, for the reference. */
const RULE =
  "Text in any script, as it is to be read. It must show something, and may not contain control characters, characters that change the direction of text, other characters that cannot be seen (joiners inside emoji and between letters that join are allowed), or more than five marks on one letter. It is kept as it is sent.";

/**
 * Text that people wrote, bounded so that a row stays small. The length counts code points, as JSON Schema's maxLength
 * does; an emoji of one code point is one character.
 */
export function plainText(maxLength: number) {
  return z
    .string()
    .min(1, "must not be empty")
    .refine((text) => [...text].length <= maxLength, `must not be longer than ${maxLength} characters`)
    .superRefine((text, context) => {
      const message = text === "" ? undefined : textError(text);
      if (message !== undefined) context.addIssue({ code: "custom", message });
    })
    .meta({ maxLength, description: RULE });
}

/** The name of somebody or something: without spaces around it, in composed form, and then plain text. */
export function plainName(maxLength: number) {
  return z
    .string()
    .transform((name) => name.trim().normalize("NFC"))
    .pipe(plainText(maxLength));
}
