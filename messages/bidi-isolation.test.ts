/** What somebody wrote stands in `<bdi>` wherever a text quotes it, in each language. */
import { expect, it } from "vitest";
import de from "./de.json";
import en from "./en.json";

/** Arguments that are words of people, not ours. */
const OF_PEOPLE = /\{(name|merchant|handle|note|description)\}/g;
/**
 * Labels hold no elements: their words come isolated (lib/text/bidi-isolate.ts). The demo's own people need it nowhere, nor
 * does the reader's own handle in a field's hint and error: it is of ASCII letters, which turn nothing.
 */
const ELSEWHERE = new Set([
  "apiKeys.revokeNamed",
  "signIn.continueAs",
  "merchantRequest.businessNameHint",
  "merchantRequest.error_handle",
  "opsPeople.decideOf",
  "opsPeople.approveText",
  "opsPeople.revokeKeyOf",
]);

const texts = Object.entries({ en, de }).flatMap(([language, catalog]) =>
  Object.entries(catalog).flatMap(([section, entries]) =>
    Object.entries(entries).map(([key, text]) => ({
      language,
      key: `${section}.${key}`,
      text: String(text),
    })),
  ),
);

it("quotes nobody without it", () => {
  const quoting = texts.filter(({ key, text }) => text.match(OF_PEOPLE) && !ELSEWHERE.has(key));
  expect(quoting.length).toBeGreaterThan(40);
  const bare = quoting.filter(({ text }) => text.replaceAll(/<bdi>\{\w+\}<\/bdi>/g, "").match(OF_PEOPLE));
  expect(bare.map(({ language, key }) => `${language} ${key}`)).toEqual([]);
});
