/**
 * Names that nobody may take, because a payer would take their bearer for somebody else: those of the service and of
 * people who speak for it, and confusables of a merchant's name. On the server alone: the table of confusables is large.
 */
import unhomoglyph from "unhomoglyph";

/** Alone, beside one another or run together one another these name the service, or somebody who speaks for it: "Once", "Support Team". */
const RESERVED_WORDS = `
  once admin administrator moderator operator root system staff team official support help helpdesk service
  services customer security fraud compliance billing payment payments refund refunds checkout bank finance
  verification notification notifications the your of and desk center centre department hilfe kundendienst
  kundenservice kundensupport sicherheit betreiber verwaltung zahlung zahlungen erstattung erstattungen
  rückerstattung rückerstattungen abrechnung buchhaltung kasse
`
  .trim()
  .split(/\s+/);

/** Whole names: whom the demo sells as. */
const RESERVED_NAMES = ["Bluebird Coffee"];

/** Letters that are read as Latin ones and that the table of confusables does not know as such. */
const LOOKALIKES = inverse({
  a: "ᴀᗩ",
  b: "ʙᗷ",
  c: "ᴄᥴᑕ",
  d: "ᴅᗪ",
  e: "ᴇᥱᗴ",
  f: "ꜰғᖴ",
  g: "ɢ",
  h: "ʜᕼ",
  i: "ɪ",
  j: "ᴊᒍ",
  k: "ᴋĸ",
  l: "ʟᒪ",
  m: "ᴍᗰ",
  n: "ɴпᥒᑎŋ",
  o: "ᴏ",
  p: "ᴘᑭ",
  r: "ʀᖇ",
  s: "ꜱᔕ",
  t: "ᴛ",
  u: "ᴜᑌ",
  v: "ᴠᐯ",
  w: "ᴡᗯ",
  y: "ʏ",
  z: "ᴢᘔ",
});

/** Signs and digits that stand for a letter where somebody wants them to: "0nc3", "$upport". */
const STAND_INS = inverse({
  a: "4@",
  b: "8",
  c: "¢©",
  e: "3€",
  g: "69",
  l: "!1",
  o: "0",
  r: "®",
  s: "5$",
  t: "7+",
});

/** First of the alphabets of signs that Unicode does not decompose: negative circles and squares. */
const SIGN_ALPHABETS = [0x1f150, 0x1f170];
/** Two of these are a flag, and more of them are read as letters. */
const REGIONAL_INDICATOR_A = 0x1f1e6;

function inverse(lookalikes: Record<string, string>): Map<string, string> {
  return new Map(
    Object.entries(lookalikes).flatMap(([letter, others]) =>
      [...others].map((other) => [other, letter] as const),
    ),
  );
}

function replaced(text: string, by: Map<string, string>): string {
  return Array.from(text, (char) => by.get(char) ?? char).join("");
}

/** The skeleton of UTS #39, over letters of either case, without marks. */
function confusableForm(text: string): string {
  const plain = (some: string) =>
    replaced(unhomoglyph(replaced(some.normalize("NFKD"), LOOKALIKES)), LOOKALIKES)
      .normalize("NFKD")
      .toLowerCase();
  // Twice: a capital that looks like nothing else becomes a small letter that does ("M", "m", "rn").
  return plain(plain(text))
    .replaceAll(/[^\p{L}\p{N}]/gu, "")
    .replaceAll("i", "l");
}

/** The letter of the alphabet that begins at a code point. */
function letterFrom(first: number, sign: string): string | undefined {
  const index = (sign.codePointAt(0) ?? 0) - first;
  return index >= 0 && index < 26 ? String.fromCodePoint(0x61 + index) : undefined;
}

/** The one letter that a sign is or looks like ("Ⓞ", "|"); any other sign, "™" and "—" among them, is a gap. */
function letterOfSign(sign: string): string {
  const [letter = " ", ...more] = sign.normalize("NFKD").match(/\p{L}/gu) ?? [];
  if (more.length > 0) return " ";
  const inAlphabet = SIGN_ALPHABETS.map((first) => letterFrom(first, sign)).find(
    (found) => found !== undefined,
  );
  return inAlphabet ?? unhomoglyph(sign).match(/^[a-z]$/iu)?.[0] ?? letter;
}

/** What a reader takes for the words of a text. Signs part them before anything is mapped: the table makes letters of some. */
function wordsOf(text: string): string[] {
  return text
    .replaceAll(/[\p{P}\p{S}]/gu, letterOfSign)
    .replaceAll(/[\p{Cf}\p{Co}\p{Cn}]/gu, "")
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .filter((word) => word !== "");
}

/**
 * A name without what a reader overlooks: case, marks, spaces, signs, and which of several confusable characters it was
 * (UTS #39 with the data of Unicode 13, and some alphabets that it lacks; later scripts are not covered). Two names with
 * one skeleton are confusable.
 */
export function skeletonOf(name: string): string {
  // A name of signs alone is its signs.
  return wordsOf(name).map(confusableForm).join("") || name.normalize("NFKD").replaceAll(/\s/gu, "");
}

const reservedWords = RESERVED_WORDS.map(skeletonOf);
const reservedNames = new Set(RESERVED_NAMES.map(skeletonOf));
const serviceName = skeletonOf("Once");
const RESERVED_ONLY = new RegExp(`^(?:${reservedWords.join("|")})+$`, "u");
/** The service's name, and behind it nothing, another script or a number. */
const BEGINS_AS_SERVICE = new RegExp(`^${serviceName}(?!\\p{Script=Latin})`, "u");

/** The skeleton of a word. Letters of other scripts between Latin ones are read as the reserved word they complete. */
function readWord(word: string): string {
  const form = confusableForm(word);
  const isMixed = /\p{Script=Latin}/u.test(word) && /[^a-z\p{N}]/u.test(form);
  if (!isMixed || form.length < serviceName.length) return form;
  // Two, because "m" looks like "rn".
  const pattern = new RegExp(`^${form.replaceAll(/[^a-z]/gu, ".{1,2}")}$`, "u");
  return reservedWords.find((reserved) => pattern.test(reserved)) ?? form;
}

/** With digits at the end of a word left out; with all left out; with signs and digits as the letters they stand for. */
function readingsOf(name: string): string[] {
  const asLetters = Array.from(name, (char) => {
    return STAND_INS.get(char.normalize("NFKD")) ?? letterFrom(REGIONAL_INDICATOR_A, char) ?? char;
  });
  return [
    name.replaceAll(/\p{N}+(?![\p{L}\p{N}])/gu, " "),
    name.replaceAll(/\p{N}/gu, " "),
    asLetters.join(""),
  ];
}

function isReservedReading(name: string): boolean {
  const words = wordsOf(name).map(readWord);
  const together = words.join("");
  // "O n c e Berlin": letters on their own at the beginning are one word.
  const rest = words.findIndex((word) => word.length > 1);
  const first = rest > 0 ? words.slice(0, rest).join("") : words[0];
  return (
    reservedNames.has(together) ||
    RESERVED_ONLY.test(together) ||
    (first !== undefined && BEGINS_AS_SERVICE.test(first))
  );
}

/**
 * Whether a name, or a handle with its hyphens, is the service's or of somebody who would speak for it. Refused are names
 * whose first word is the service's ("Once Inc.", and "Once Upon A Bean" with it: nobody can tell which of them speaks for
 * the service), and names of reserved words alone, apart or run together ("Support Team", "oncesupport"). A longer word
 * that only begins like one is anybody's: "Oncelik", "Banksy".
 */
export function isReserved(name: string): boolean {
  return readingsOf(name).some(isReservedReading);
}
