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
const MARKS_ON_TOP_MAX = 5;
/** With those that stand beside their letter: Burmese and Tibetan have six. */
const MARKS_IN_A_ROW_MAX = 8;

/**
 * Scripts whose letters take a joiner or a non-joiner between them: Persian, Urdu and those of India and their kin. None
 * is younger than Unicode 13: a browser that does not know a script's name could not read this file.
 */
const JOINING = `
  Arabic Syriac Mongolian Nko Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam
  Sinhala Khmer Myanmar Tibetan Javanese Balinese Sundanese Batak Rejang Chakma Lepcha Limbu Meetei_Mayek
  Saurashtra Syloti_Nagri Tai_Tham Cham Ahom Brahmi Kaithi Sharada Grantha Tirhuta Newa Modi Siddham Takri
  Khojki Khudawadi Dogra Nandinagari Bhaiksuki Gunjala_Gondi Masaram_Gondi Adlam Hanifi_Rohingya Mandaic
  Manichaean Sogdian Phags_Pa
`
  .trim()
  .split(/\s+/)
  .map((script) => `\\p{Script=${script}}`)
  .join("");

/** Signs that kill a letter's vowel (combining class 9, of which regular expressions know nothing): a joiner says how. */
const VIRAMAS = [
  "\\u094D\\u09CD\\u0A4D\\u0ACD\\u0B4D\\u0BCD\\u0C4D\\u0CCD\\u0D3B\\u0D3C\\u0D4D\\u0DCA\\u0E3A\\u0EBA\\u0F84\\u1039\\u103A\\u1714",
  "\\u1715\\u1734\\u17D2\\u1A60\\u1B44\\u1BAA\\u1BAB\\u1BF2\\u1BF3\\u2D7F\\uA806\\uA82C\\uA8C4\\uA953\\uA9C0\\uAAF6\\uABED",
  "\\u{10A3F}\\u{11046}\\u{11070}\\u{1107F}\\u{110B9}\\u{11133}\\u{11134}\\u{111C0}\\u{11235}\\u{112EA}\\u{1134D}",
  "\\u{113CE}-\\u{113D0}\\u{11442}\\u{114C2}\\u{115BF}\\u{1163F}\\u{116B6}\\u{1172B}\\u{11839}\\u{1193D}\\u{1193E}",
  "\\u{119E0}\\u{11A34}\\u{11A47}\\u{11A99}\\u{11C3F}\\u{11D44}\\u{11D45}\\u{11D97}\\u{11F41}\\u{11F42}\\u{1612F}",
].join("");

/** The three flags that Unicode recommends for interchange: of England, Scotland and Wales. */
const FLAG_TAGS = ["gbeng", "gbsct", "gbwls"]
  .map((region) =>
    Array.from(region, (letter) => `\\u{${(0xe0000 + letter.charCodeAt(0)).toString(16)}}`).join(""),
  )
  .join("|");

/** Sequences in which a character that nobody sees has a meaning. They are taken out before it is looked for. */
const VISIBLE_SEQUENCES = new RegExp(
  [
    // A joiner inside an emoji, and between letters that join or after a virama.
    "(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\uFE0F])\\u200D(?=\\p{Extended_Pictographic})",
    `(?<=[${JOINING}]\\p{M}*)[\\u200C\\u200D](?=[${JOINING}])`,
    `(?<=[${VIRAMAS}])[\\u200C\\u200D]`,
    // How a character is drawn: as an emoji, as which form of an ideograph, of a Mongolian letter.
    "(?<=\\p{Emoji})[\\uFE0E\\uFE0F]",
    "(?<=\\p{Script=Han})[\\uFE00-\\uFE02\\u{E0100}-\\u{E01EF}]",
    "(?<=\\p{Script=Mongolian})[\\u180B-\\u180D\\u180F]",
    `(?<=\\u{1F3F4})(?:${FLAG_TAGS})\\u{E007F}`,
  ].join("|"),
  "gu",
);

/** Control characters, line and paragraph separators, halves of a surrogate pair. */
const DISALLOWED = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u;
/**
 * What is drawn as a box, and by one font as a word: private use, and what Unicode assigns to nothing. Which that is, the
 * Unicode version of the runtime says: a letter that is younger than it is refused until the runtime is.
 */
const UNKNOWN = /[\p{Co}\p{Cn}]/u;
/**
 * Format characters (those that turn the direction among them), whatever else is drawn as nothing, and blanks among the
 * signs: the place of an object, a note without a head, two hieroglyphs.
 */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\uFFFC\u{1D159}\u{13441}\u{13442}]/u;
/** Marks with no letter to stand on would stand on what is before the text. */
const TOO_MANY_MARKS = new RegExp(
  `^\\p{M}|[\\p{Mn}\\p{Me}]{${MARKS_ON_TOP_MAX + 1}}|\\p{M}{${MARKS_IN_A_ROW_MAX + 1}}`,
  "u",
);
/** Something that shows: neither a space of any kind, nor the blank of braille, nor a mark. */
const VISIBLE = /[^\p{Z}\s\p{M}\u2800]/u;

/** What is wrong with a text, as a problem document says it; undefined where nothing is. */
function textError(text: string): string | undefined {
  if (DISALLOWED.test(text)) return "contains characters that are not allowed";
  const rest = text.replace(VISIBLE_SEQUENCES, "");
  if (UNKNOWN.test(text))
    return "contains characters that have no meaning in Unicode, or that this service does not know yet";
  if (INVISIBLE.test(rest)) return "contains characters that cannot be seen or change the direction of text";
  if (TOO_MANY_MARKS.test(rest)) return "contains too many marks on one letter";
  return VISIBLE.test(rest) ? undefined : "must show something";
}

/** The rule in a sentence, for the reference. */
const RULE =
  "Text in any script, as it is to be read. It must show something, and may not contain control characters, characters that change the direction of text, other characters that cannot be seen (joiners inside emoji, between letters that join and after a virama are allowed), characters for private use or unknown to the Unicode version of the service, or more than five marks on top of one letter (eight with those beside it). It is kept as it is sent.";

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
