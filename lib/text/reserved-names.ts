/**
 * Names that nobody may take, because a payer would take their bearer for somebody else: those of the service and of
 * people who speak for it, and confusables of a merchant's name. On the server alone: the table of confusables is large.
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

/** The skeleton of UTS #39, over letters of either case, without marks. */
function confusableForm(text: string): string {
  const plain = (some: string) => unhomoglyph(some.normalize("NFKD")).normalize("NFKD").toLowerCase();
  // Twice: a capital that looks like nothing else becomes a small letter that does ("M", "m", "rn").
  return plain(plain(text)).replaceAll(/\p{M}/gu, "").replaceAll("i", "l");
}

/**
 * A name without what a reader overlooks: case, marks, spaces, signs, and which of several confusable characters it was
 * (UTS #39 with the data of Unicode 13; later scripts are not covered). Two names with one skeleton are confusable.
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
