/** Whether this process was told to end: known apart from what ends it, because whoever asks is not part of that. */

// On globalThis, because start-up and routes may be bundled apart.
const processGlobals = globalThis as typeof globalThis & { onceIsShuttingDown?: boolean };

/** Whether the server is shutting down: it still serves, but is not ready for new clients. */
export function isShuttingDown(): boolean {
  return processGlobals.onceIsShuttingDown === true;
}

/** From now on it is. */
export function markShuttingDown(): void {
  processGlobals.onceIsShuttingDown = true;
}
