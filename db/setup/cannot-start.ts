/** Why this process cannot start, for its operator: what is wrong, and what to do. The message is printed without a stack. */
export class CannotStart extends Error {
  override readonly name: string = "CannotStart";
  /** Checked instead of the class: start-up may be bundled apart, with a class of its own. */
  readonly isForOperator = true;
}

/** Whether `error` is a CannotStart, whose message says all. */
export function isForOperator(error: unknown): error is Error {
  return error instanceof Error && "isForOperator" in error;
}
