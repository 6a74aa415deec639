/** A translator in the browser, as it meets a page: it takes every text node away and puts elements in its place. */
import type { ConsoleMessage, Page } from "@playwright/test";
import { expect } from "./fixtures.ts";

/**
 * Has every document that the page opens from now on translated once it is loaded, and whatever is added to it afterwards.
 * The words stay as they are, so that a test can go by them; the nodes that React made are gone all the same. Returns
 * what checks that no page broke by it.
 */
export async function translated(page: Page): Promise<{ expectWhole: () => Promise<void> }> {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !isOfTheNetwork(message)) errors.push(message.text());
  });
  await page.addInitScript(() => {
    /** What translators leave alone: `translate="no"`, and text that nobody reads. */
    const LEFT_ALONE = "[translate=no], script, style, noscript, textarea, title, font";
    const replace = (text: Text): void => {
      if (text.data.trim() === "" || !text.parentElement || text.parentElement.closest(LEFT_ALONE)) return;
      const outer = document.createElement("font");
      outer.appendChild(document.createElement("font")).textContent = text.data;
      text.replaceWith(outer);
    };
    const translate = (root: Node): void => {
      const texts: Text[] = [];
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      if (root instanceof Text) texts.push(root);
      while (walker.nextNode()) texts.push(walker.currentNode as Text);
      texts.forEach(replace);
    };
    addEventListener("load", () => {
      document.documentElement.classList.add("translated-ltr");
      translate(document.body);
      new MutationObserver((changes) => {
        for (const change of changes) {
          if (change.type === "characterData") translate(change.target);
          change.addedNodes.forEach(translate);
        }
      }).observe(document, { childList: true, characterData: true, subtree: true });
    });
  });
  return {
    expectWhole: async () => {
      await expect(page.locator("body")).not.toContainText("This page could not be shown");
      expect(errors).toEqual([]);
    },
  };
}

/** A request that a test aborts, or a refusal that it asks for, is none of React's business. */
function isOfTheNetwork(message: ConsoleMessage): boolean {
  return message.text().startsWith("Failed to load resource");
}

/** Waits until the document is translated: what comes later is translated as it comes. */
export async function expectTranslated(page: Page): Promise<void> {
  await expect(page.locator("main font").first()).toBeVisible();
}
