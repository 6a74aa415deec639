/** No menu leads to a page that is not there, or that whoever sees the menu may not open. */
import { describe, expect, it } from "vitest";
import { navigationFor } from "./navigation.ts";
import { isAllowed, PAGES, type PageName } from "./policy.ts";

describe.each([undefined, "payer", "merchant", "operator"] as const)("of %s", (role) => {
  const { bar, menu, foot } = navigationFor(role, true);

  it("leads to pages of the policy, each once", () => {
    for (const links of [[...bar, ...menu], foot]) {
      const paths = links.map(({ path }) => path);
      expect(new Set(paths).size).toBe(paths.length);
      for (const path of paths) expect(Object.keys(PAGES)).toContain(path);
    }
  });

  it("leads to what may be opened", () => {
    for (const { path } of [...bar, ...menu])
      expect(isAllowed(PAGES[path as PageName], role), path).toBe(true);
  });

  it("shows nobody in particular the menus of nobody", () => {
    expect(bar.length + menu.length > 0).toBe(role !== undefined);
  });

  it("shows what belongs to the demo in the demo alone", () => {
    const { menu: real, foot: realFoot } = navigationFor(role, false);
    expect([...real, ...realFoot].map(({ path }) => path)).not.toContain("/top-up");
    expect(realFoot.map(({ path }) => path)).not.toContain("/dev/outbox");
  });
});
