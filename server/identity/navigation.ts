/** What the menus lead to: pages of the policy that there are, and that the viewer may open. */
import { isAllowed, PAGES, type PageName } from "./policy.ts";
import type { Viewer } from "./viewer.ts";

type Role = Viewer["role"];
/** Where a link stands: in the bar, in the menu behind the viewer's name, or at the foot of every page. */
type Place = "bar" | "menu" | "foot";

/** In the order they are shown. `for`: whom it is of use to, among those who may open it; absent: everybody. */
const LINKS = [
  { key: "ops", path: "/ops", place: "bar", for: ["operator"] },
  { key: "payments", path: "/payments", place: "bar", for: ["payer", "operator"] },
  { key: "send", path: "/send", place: "bar", for: ["payer"] },
  { key: "request", path: "/request", place: "bar", for: ["payer"] },
  { key: "sales", path: "/sales", place: "bar", for: ["merchant"] },
  { key: "orders", path: "/orders", place: "bar", for: ["merchant"] },
  { key: "links", path: "/links", place: "bar", for: ["merchant"] },
  { key: "paymentsOfMerchant", path: "/payments", place: "menu", for: ["merchant"] },
  { key: "send", path: "/send", place: "menu", for: ["merchant", "operator"] },
  // A merchant asks for money by an order.
  { key: "request", path: "/request", place: "menu", for: ["operator"] },
  { key: "requests", path: "/requests", place: "menu", for: ["payer", "operator"] },
  { key: "topUp", path: "/top-up", place: "menu", onlyInDemo: true },
  { key: "settings", path: "/settings", place: "menu" },
  { key: "apiKeys", path: "/settings/api-keys", place: "menu" },
  { key: "becomeMerchant", path: "/settings/merchant", place: "menu", for: ["payer"] },
  { key: "where", path: "/where", place: "foot" },
  { key: "docs", path: "/docs", place: "foot" },
  { key: "outbox", path: "/dev/outbox", place: "foot", onlyInDemo: true },
] as const satisfies readonly {
  key: string;
  path: string;
  place: Place;
  for?: readonly Role[];
  onlyInDemo?: true;
}[];

export type NavigationLink = { key: (typeof LINKS)[number]["key"]; path: string };

/** The links for `role` (undefined: nobody is signed in). Of pages for users, nobody in particular is shown those at the foot alone. */
export function navigationFor(role: Role | undefined, isDemo: boolean): Record<Place, NavigationLink[]> {
  const links: Record<Place, NavigationLink[]> = { bar: [], menu: [], foot: [] };
  for (const link of LINKS) {
    const isPage = Object.hasOwn(PAGES, link.path);
    if (!isPage || ("onlyInDemo" in link && !isDemo)) continue;
    const isOfUse = !("for" in link) || (link.for as readonly (Role | undefined)[]).includes(role);
    // Whoever looks for their money is led there by way of signing in.
    const mayOpen = link.place === "foot" || isAllowed(PAGES[link.path as PageName], role);
    if (isOfUse && mayOpen) links[link.place].push({ key: link.key, path: link.path });
  }
  return links;
}
