/**
 * Keeps the languages in step with each other and with the code: the same texts with the same arguments in each, none
 * empty, none left untranslated, none that nobody shows, and none shown that is not there.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseMessage, TYPE } from "@formatjs/icu-messageformat-parser";
import { root } from "../run.mjs";
import { usesIn } from "./message-uses.ts";
import { type Finding, isMain, readSources, report, type Source } from "./source.ts";

type Catalog = { [key: string]: string | Catalog };

/** Texts that are the same in both languages, because they are. */
const SAME_IN_BOTH = new Set([
  "site.name",
  "site.demoLabel",
  "home.menuTitle",
  "home.espresso",
  "order.quantityTimes",
  "problem.status",
  "signUp.name",
  "form.optional",
  "send.recipient",
  "activity.filter_status",
  "mail.name",
  "settings.language_en",
  "settings.language_de",
  "merchant.buyer",
  "opsRefund.person",
  "opsLedger.place_journal",
  "opsPayments.sealHash",
  "opsLedger.version",
  "opsLedger.journal",
  "opsLedger.position",
  "opsLedger.hash",
  "refund.person",
  "opsOverview.journal",
  "opsOverview.ms",
  "opsOverview.seconds",
  "opsOverview.line_p50",
  "opsReconcile.ms",
  "opsReconcile.tookSeconds",
  "opsPeople.person",
  "opsPeople.name",
  "opsAudit.user",
  "opsAudit.browser",
  "opsAudit.field_name",
]);

const ENGLISH = "messages/en.json";
const GERMAN = "messages/de.json";

/** What is wrong with the German catalogue beside the English one, whose keys the types hold the code to. */
export function compareCatalogs(
  en: Catalog,
  de: Catalog,
  sameInBoth: ReadonlySet<string> = SAME_IN_BOTH,
): Finding[] {
  const english = flatten(en);
  const german = flatten(de);
  const findings: Finding[] = [];
  const refuse = (file: string, key: string, says: string) => {
    const lines = lineOfKey(file === ENGLISH ? en : de);
    findings.push({ file, line: lines.get(key) ?? 1, says: `${key}: ${says}` });
  };
  for (const [file, texts, other] of [
    [ENGLISH, english, german],
    [GERMAN, german, english],
  ] as const) {
    for (const [key, text] of texts) {
      if (text.trim() === "") refuse(file, key, "the text is empty.");
      if (!other.has(key)) refuse(file, key, "the other language has no such text.");
      if (argumentsOf(text) === undefined) refuse(file, key, "the text is no valid ICU message.");
    }
  }
  for (const [key, text] of german) {
    const original = english.get(key);
    if (original === undefined) continue;
    const [wanted, given] = [argumentsOf(original), argumentsOf(text)];
    if (wanted !== undefined && given !== undefined && wanted !== given)
      refuse(GERMAN, key, `takes ${given || "no arguments"}, and the English text ${wanted || "none"}.`);
    if (text === original && !sameInBoth.has(key))
      refuse(GERMAN, key, "is the English text: translate it, or name the key in SAME_IN_BOTH.");
  }
  for (const key of sameInBoth) {
    if (english.get(key) !== german.get(key))
      refuse(GERMAN, key, "differs from the English text: take the key out of SAME_IN_BOTH.");
  }
  return findings;
}

/** The texts that no code shows, and those that code shows and are not there. */
export function compareUses(en: Catalog, sources: readonly Source[]): Finding[] {
  const keys = [...flatten(en).keys()];
  const uses = sources.flatMap(usesIn);
  const findings: Finding[] = [];
  const used = new Set();
  for (const { key, file, line, asked, isGuess } of uses) {
    const shown = keys.filter((one) => key.test(one));
    for (const one of shown) used.add(one);
    if (shown.length === 0 && !isGuess)
      findings.push({ file, line, says: `There is no text "${asked}" in ${ENGLISH}.` });
  }
  const lines = lineOfKey(en);
  for (const key of keys) {
    if (!used.has(key))
      findings.push({ file: ENGLISH, line: lines.get(key) ?? 1, says: `${key}: nobody shows this text.` });
  }
  return findings;
}

/** The arguments and tags of an ICU message with their kinds, in one spelling; undefined where it is none. */
function argumentsOf(text: string): string | undefined {
  const found = new Set<string>();
  const collect = (elements: ReturnType<typeof parseMessage>) => {
    for (const element of elements) {
      if (element.type === TYPE.literal || element.type === TYPE.pound) continue;
      found.add(
        element.type === TYPE.tag ? `<${element.value}>` : `{${element.value}, ${TYPE[element.type]}}`,
      );
      if (element.type === TYPE.tag) collect(element.children);
      if (element.type === TYPE.select || element.type === TYPE.plural)
        for (const { value } of Object.values(element.options)) collect(value);
    }
  };
  try {
    collect(parseMessage(text));
  } catch {
    return undefined;
  }
  return [...found].sort().join(" ").replaceAll(", argument", "");
}

/** The texts of a catalogue by their whole keys. */
function flatten(catalog: Catalog, prefix = ""): Map<string, string> {
  const texts = new Map();
  for (const [name, value] of Object.entries(catalog)) {
    if (typeof value === "string") texts.set(prefix + name, value);
    else for (const [key, text] of flatten(value, `${prefix}${name}.`)) texts.set(key, text);
  }
  return texts;
}

/** The lines of a catalogue's texts in its file, which Biome formats: one line a text or bracket. */
function lineOfKey(catalog: Catalog) {
  const lines = new Map<string, number>();
  let line = 1;
  const count = (level: Catalog, prefix = "") => {
    for (const [name, value] of Object.entries(level)) {
      line += 1;
      lines.set(prefix + name, line);
      if (typeof value === "string") continue;
      count(value, `${prefix}${name}.`);
      line += 1;
    }
  };
  count(catalog);
  return lines;
}

if (isMain(import.meta.url)) {
  const [en, de] = [ENGLISH, GERMAN].map((file) => JSON.parse(readFileSync(join(root, file), "utf8")));
  const sources = readSources(["app", "components", "server"]);
  report(
    [...compareCatalogs(en, de), ...compareUses(en, sources)],
    "The languages have the same texts, and the code shows each of them.",
  );
}
