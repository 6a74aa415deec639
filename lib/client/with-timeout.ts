/**
 * Calls `send` with a signal that aborts with the given one, and after `ms`. By hand: not all supported browsers have
 * AbortSignal.any.
 */
export async function withTimeout<T>(
  ms: number,
  signal: AbortSignal | undefined,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const either = new AbortController();
  const abort = () => either.abort();
  const timer = setTimeout(abort, Math.ceil(ms));
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  try {
    return await send(either.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}
