/**
 * Names that nobody may take, because a payer would take their bearer for somebody else: those of the service and of
 * people who speak for it, and twins of a merchant's name. On the server alone: the table of lookalikes is large.
 */
import unhomoglyph from "unhomoglyph";

/** Alone or beside one another these name the service, or somebody who speaks for it: "Once", "Support Team". */
const RESERVED_WORDS = [
  ...[
    "once",
    "admin",
    "administrator",
    "moderator",
    "operator",
    "root",
    "system",
    "staff",
    "team",
    "official",
  ],
  ...["support", "help", "helpdesk", "service", "services", "customer", "security", "fraud", "compliance"],
  ...["billing", "payment", "payments", "refund", "refunds", "checkout", "bank", "finance", "verification"],
  ...["notification", "notifications", "the", "your", "of", "and", "desk", "center", "centre", "department"],
  ...["hilfe", "kundendienst", "kundenservice", "kundensupport", "sicherheit", "betreiber", "verwaltung"],
  ...[
    "zahlung",
    "zahlungen",
    "erstattung",
    "erstattungen",
    "rückerstattung",
    "abrechnung",
    "buchhaltung",
    "kasse",
  ],
];

/** Whole names: whom the demo sells as. */
const RESERVED_NAMES = ["Bluebird Coffee"];

/** What UTS #39 calls a skeleton of lookalikes, over letters of either case, without marks. */
function confusableForm(text: string): string {
  const plain = (some: string) => unhomoglyph(some.normalize("NFKD")).normalize("NFKD").toLowerCase();
  // Twice: a capital that looks like nothing else becomes a small letter that does ("M", "m", "rn").
  return plain(plain(text)).replaceAll(/\p{M}/gu, "").replaceAll("i", "l");
}

/**
 * What is left of a name when everything is taken away that a reader overlooks: case, marks, spaces, signs, and which of
 * several characters that look alike it was (Unicode's confusables, of its version 13). Two names with one skeleton are
 * twins. It does not see what scripts younger than that look like, nor names that differ by a word or a letter, or mean the same.
 */
export function skeletonOf(name: string): string {
  const form = confusableForm(name);
  // A name of signs alone is its signs.
  return form.replaceAll(/[^\p{L}\p{N}]/gu, "") || form.replaceAll(/\s/gu, "");
}

const reservedWords = new Set(RESERVED_WORDS.map(skeletonOf));
const reservedNames = new Set([...RESERVED_WORDS, ...RESERVED_NAMES].map(skeletonOf));
const serviceName = skeletonOf("Once");

/** Whether a name, or a handle with its hyphens, is the service's or of somebody who would speak for it. */
export function isReserved(name: string): boolean {
  const words = confusableForm(name)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
  return (
    reservedNames.has(skeletonOf(name)) ||
    // "Once Inc.", "Once · Refunds": whoever begins so says that the service is speaking.
    words[0] === serviceName ||
    (words.length > 0 && words.every((word) => reservedWords.has(word)))
  );
}
