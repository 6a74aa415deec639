/** JSON.parse without duplicate names. */
import { DUPLICATE_NAME, type FieldError, type Parsed, pointerOf } from "./requests.ts";

/** The tokens of valid JSON that matter for names; numbers, literals and spaces are skipped. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]/gs;

type Level = { names: Set<string> | undefined; step: string | number };

/**
 * Parses `text`. Of a name that stands twice in one object, RFC 8259 §4 leaves open which member is meant: a proxy or a log
 * may have read the other one, so such a text is refused, with a pointer to the first.
 */
export function parseJson(text: string): Parsed<unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, errors: [{ pointer: "", detail: "is not valid JSON" }] };
  }
  const twice = findDuplicateName(text);
  return twice ? { ok: false, errors: [twice] } : { ok: true, value };
}

/** The first name that stands twice in an object of `text`, which must be valid JSON. No recursion: nesting has no limit. */
function findDuplicateName(text: string): FieldError | undefined {
  const levels: Level[] = [];
  let isName = false;
  for (const [token] of text.matchAll(TOKENS)) {
    const level = levels.at(-1);
    switch (token) {
      case "{":
        levels.push({ names: new Set(), step: "" });
        isName = true;
        break;
      case "[":
        levels.push({ names: undefined, step: 0 });
        isName = false;
        break;
      case "}":
      case "]":
        levels.pop();
        isName = false;
        break;
      case ",":
        isName = level?.names !== undefined;
        if (typeof level?.step === "number") level.step += 1;
        break;
      case ":":
        isName = false;
        break;
      default:
        if (!isName || !level?.names) break;
        // Two spellings of a name ("a" and "\u0061") are one name.
        level.step = JSON.parse(token) as string;
        if (level.names.has(level.step))
          return { pointer: pointerOf(levels.map(({ step }) => step)), detail: DUPLICATE_NAME };
        level.names.add(level.step);
    }
  }
  return undefined;
}
