/** What Bluebird Coffee sells in the demo, in US dollars. The page shows it, and the server prices the order by it. */
export const SKUS = ["espresso", "flat-white", "beans"] as const;

export const MENU: Record<(typeof SKUS)[number], { description: string; amountMinor: string }> = {
  espresso: { description: "Espresso", amountMinor: "320" },
  "flat-white": { description: "Flat white", amountMinor: "450" },
  beans: { description: "House espresso beans, 2 kg", amountMinor: "3800" },
};

/** What the tour of the demo orders. */
export const TOUR_SKU = "espresso" satisfies (typeof SKUS)[number];
/** Set once somebody has taken the tour off their start page. */
export const TOUR_COOKIE = "tour";
