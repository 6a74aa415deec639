/** Tailwind's classes of one element that contradict each other: the stylesheet's order decides then, which nobody has written down. */
import type { Page } from "@playwright/test";
import { extendTailwindMerge } from "tailwind-merge";
import { NOT_OURS } from "./axe.ts";

/** Knows the sizes of app/globals.css, which it would take for colours. */
const merge = extendTailwindMerge({ extend: { theme: { text: ["title", "display"] } } });

/** The class attributes on the page that say something and its opposite, each once. */
export async function contradictions(page: Page): Promise<string[]> {
  const all = await page.evaluate(
    (notOurs) =>
      [...document.querySelectorAll("[class]")]
        .filter((element) => !element.closest(notOurs))
        .map((element) => element.getAttribute("class")?.trim().replaceAll(/\s+/g, " ") ?? ""),
    NOT_OURS,
  );
  return [...new Set(all)].filter((classes) => merge(classes) !== classes).sort();
}
