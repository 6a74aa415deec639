import { describe, expect, it } from "vitest";
import { compareCatalogs, compareUses } from "./messages.ts";

const NONE = new Set<string>();

describe("the languages", () => {
  it.each([
    ["a text that German lacks", { a: "A", b: "B" }, { a: "X" }, "messages/en.json:3", "no such text"],
    ["a text that English lacks", { a: "A" }, { a: "X", b: "B" }, "messages/de.json:3", "no such text"],
    ["an empty text", { a: "A" }, { a: " " }, "messages/de.json:2", "is empty"],
    ["an argument too few", { a: "Hi {name}" }, { a: "Hallo" }, "messages/de.json:2", "takes no arguments"],
    [
      "another kind",
      { a: "{n, plural, other {#}}" },
      { a: "x {n}" },
      "messages/de.json:2",
      "takes {n}, and the English text {n, plural}",
    ],
    ["a broken message", { a: "Hi {name}" }, { a: "Hallo {name" }, "messages/de.json:2", "no valid ICU"],
    ["a text not translated", { n: { a: "Pay" } }, { n: { a: "Pay" } }, "messages/de.json:3", "translate it"],
  ])("%s is found", (_what, en, de, place, sentence) => {
    const [found] = compareCatalogs(en, de, NONE);
    expect(`${found?.file}:${found?.line} ${found?.says}`).toContain(sentence);
    expect(`${found?.file}:${found?.line}`).toBe(place);
  });

  it("with the same texts and arguments are left alone, in whatever order", () => {
    const en = { name: "Once", n: { a: "{x} of {y, plural, one {#} other {#}}", b: "<b>Hi</b>" } };
    const de = { name: "Once", n: { a: "{y, plural, one {#} other {#}} mal {x}", b: "<b>Hallo</b>" } };
    expect(compareCatalogs(en, de, new Set(["name"]))).toEqual([]);
  });

  it("an exception that is none any more is found", () => {
    expect(compareCatalogs({ a: "A" }, { a: "B" }, new Set(["a"]))).toHaveLength(1);
  });
});

describe("texts and the code", () => {
  const en = { home: { title: "T", kind_order: "O", kind_refund: "R", paid: "P", due: "D", lost: "L" } };
  const says = (text: string) =>
    compareUses(en, [{ file: "app/page.tsx", text }]).map((finding) => finding.says);

  it("a text that is shown by its key, by a prefix, by a string of the file or whole is not left over", () => {
    const code = `
      function One() { const t = useTranslations("home"); return [t("title"), t(\`kind_\${kind}\`)]; }
      const textOf = (order) => (order.paid ? "paid" : "due");
      async function Two() { const [, t] = await Promise.all([x, getTranslations("home")]); return t(textOf(order)); }
      async function Three() { const t = await getTranslations(); return t.rich(isLost ? "home.lost" : "home.paid"); }`;
    expect(says(code)).toEqual([]);
  });

  it("a text that nobody shows is found", () => {
    const code = `function One() { const t = useTranslations("home"); return [t("title"), t(\`kind_\${kind}\`)]; }`;
    expect(says(code)).toEqual(["paid", "due", "lost"].map((key) => `home.${key}: nobody shows this text.`));
  });

  it("a text that is not there is found, by its key and by its prefix", () => {
    const code = `function One() { const t = useTranslations("home"); return [t("titel"), t(\`sort_\${kind}\`)]; }`;
    expect(says(code)).toEqual(
      expect.arrayContaining([
        'There is no text "home.titel" in messages/en.json.',
        'There is no text "home.sort_…" in messages/en.json.',
      ]),
    );
  });
});
