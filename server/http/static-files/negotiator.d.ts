/** The part of negotiator that is used here; the types that others publish of it lack `preferred`. */
declare module "negotiator" {
  export default class Negotiator {
    constructor(request: { headers: Record<string, string | string[] | undefined> });
    /** The coding of `available` that the request likes best, of several the first of `preferred`; none where all are refused. */
    encoding(available: readonly string[], options: { preferred: readonly string[] }): string | undefined;
  }
}
