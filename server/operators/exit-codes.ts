/** How an operator's command ends, as its help says. */
export const EXIT = { done: 0, notDone: 1, wrong: 2, unknown: 3 } as const;
