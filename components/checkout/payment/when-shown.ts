declare global {
  interface Document {
    /** Of browsers that prerender; TypeScript's own list lacks it. */
    readonly prerendering?: boolean;
  }
}

/** Resolves once the page is shown. A browser may prepare one that nobody ever looks at, scripts and all: that may write nothing. */
export function whenShown(): Promise<unknown> {
  if (!document.prerendering) return Promise.resolve();
  return new Promise((resolve) => document.addEventListener("prerenderingchange", resolve, { once: true }));
}
