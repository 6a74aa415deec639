/** What axe finds on a page (WCAG 2.2 A and AA, and its own best practices). */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

/** swagger-ui's own: what it shows of the API is not ours to lay out. */
export const NOT_OURS = ".reference";

/**
 * The violations on a page that has come to rest: each rule's name with what breaks it. A colour on its way to another one is no
 * violation, so changes of style are waited for.
 */
export async function violationsOn(page: Page): Promise<string[][]> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    const changes = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(changes.map((change) => change.finished));
  });
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().exclude(NOT_OURS).analyze();
  return violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html.slice(0, 160))]);
}
