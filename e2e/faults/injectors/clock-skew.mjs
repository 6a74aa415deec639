/** Preloaded into the second server under fault injection: its clock is a day ahead. */
const DAY_MS = 24 * 60 * 60 * 1_000;
const RealDate = Date;

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + DAY_MS);
    else super(...parts);
  }

  static now() {
    return RealDate.now() + DAY_MS;
  }

  // Its own, not inherited: Next.js makes a Date of its own from what stands on this one.
  static parse = RealDate.parse;
  static UTC = RealDate.UTC;
};
