/** What is said of a refused form about an account. A press before it may have done what this one could not. */
import { expect, it } from "vitest";
import de from "@/messages/de.json";
import en from "@/messages/en.json";

it("no refusal says that nothing has changed: whether an earlier press did it, nobody looked up", () => {
  for (const { account } of [en, de]) {
    const refusals = Object.entries(account).filter(([name]) => /^(?:error|failed)_/.test(name));
    expect(refusals.length).toBeGreaterThan(0);
    for (const [, text] of refusals)
      expect(text).not.toMatch(/nothing (?:was|has been) (?:changed|created)|nichts (?:geändert|angelegt)/i);
  }
});
