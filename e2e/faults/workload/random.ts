/** Chance that can be had again: the same seed makes the same choices. */
export type Random = {
  /** A whole number from 0 up to, and not including, `below`. */
  int(below: number): number;
  pick<T>(from: readonly T[]): T;
  /** True in `percent` of all cases. */
  chance(percent: number): boolean;
};

/** Mulberry32: 32 bits of state are plenty for choosing what to do next. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (below: number) => Math.floor(next() * below);
  return {
    int,
    chance: (percent) => next() * 100 < percent,
    pick<T>(from: readonly T[]): T {
      const picked = from[int(from.length)];
      if (picked === undefined) throw new Error("Bug: a choice from nothing.");
      return picked;
    },
  };
}
