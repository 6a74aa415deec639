/**
 * What a handler of the API may read of a request: as much as a Request of Next.js's router and one of the fast path both have.
 * Next.js's request scope (`headers()`, `cookies()`, `after()`) is not there on the fast path, and no handler may ask for it.
 */
export type RequestHeaders = Pick<Headers, "get"> & Iterable<[string, string]>;

export type ApiRequest = {
  readonly method: string;
  /** Absolute; only its path and its query say anything about the request. */
  readonly url: string;
  readonly headers: RequestHeaders;
  readonly body: {
    values(options: { preventCancel: boolean }): AsyncIterable<Uint8Array>;
  } | null;
  /** The body, where it has come whole already, as a short one mostly has; undefined where it has to be waited for. */
  arrivedBody?(): Buffer | undefined;
};
