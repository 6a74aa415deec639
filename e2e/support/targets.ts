/** Whether what is pressed can be hit. */
import type { Page } from "@playwright/test";
import { NOT_OURS } from "./axe.ts";

/** WCAG 2.2, 2.5.5 (Target Size, Enhanced). */
const TARGET_PX = 44;

/**
 * Targets smaller than a thumb, but for those within a sentence, and those that have the room of a thumb to themselves (the
 * exceptions "inline" and "spacing" of WCAG's target sizes).
 */
export function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(
    ([least, notOurs]) => {
      type Box = { left: number; top: number; right: number; bottom: number };
      const boxes = new Map<Element, Box>();
      for (const element of document.querySelectorAll(
        "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=link]",
      )) {
        if (element.closest(notOurs) || !element.checkVisibility({ visibilityProperty: true })) continue;
        // A label around a box is what is hit.
        const hit = element.closest("label") ?? element;
        const { left, top, right, bottom } = hit.getBoundingClientRect();
        // What is for screen readers, or shows itself when it has the focus.
        if (right - left < 2 || bottom - top < 2) continue;
        boxes.set(element, { left, top, right, bottom });
      }
      const isInline = (element: Element) => {
        const block = element.closest("p, li, dd, td, figcaption");
        const around = (block?.textContent ?? "").trim().length - (element.textContent ?? "").trim().length;
        return getComputedStyle(element).display === "inline" && around > 0;
      };
      const found: string[] = [];
      for (const [element, box] of boxes) {
        const [width, height] = [box.right - box.left, box.bottom - box.top];
        if ((width >= least - 0.5 && height >= least - 0.5) || isInline(element)) continue;
        const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
        const isCrowded = [...boxes].some(([other, { left, top, right, bottom }]) => {
          if (other === element || other.contains(element) || element.contains(other)) return false;
          const [dx, dy] = [Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom)];
          return Math.hypot(dx, dy) < least / 2;
        });
        // Where nothing is near, 24 by 24 will do (2.5.8).
        if (isCrowded || width < 24 || height < 24)
          found.push(`${Math.round(width)}×${Math.round(height)} ${element.outerHTML.slice(0, 140)}`);
      }
      return found;
    },
    [TARGET_PX, NOT_OURS] as const,
  );
}
