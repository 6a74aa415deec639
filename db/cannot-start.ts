/** Why this process cannot start, in sentences for whoever runs it: what is wrong, and what to do. Printed as they are. */
export class CannotStart extends Error {
  override readonly name: string = "CannotStart";
  /** Looked at instead of the class: start-up may be bundled apart from what it starts. */
  readonly isSaidInWords = true;
}

/** Whether `error` says in words what is wrong, so that no stack of ours would say more. */
export function isSaidInWords(error: unknown): error is Error {
  return error instanceof Error && "isSaidInWords" in error;
}
