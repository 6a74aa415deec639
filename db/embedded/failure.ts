import { CannotStart, isForOperator } from "../setup/cannot-start.ts";

/** A sentence that says what is wrong and what to do, then, where there is one, what PostgreSQL itself wrote last. */
export class EmbeddedServerError extends CannotStart {
  override readonly name = "EmbeddedServerError";

  constructor(sentence: string, options: { output?: string; cause?: unknown } = {}) {
    const output = options.output?.trim();
    super(output ? `${sentence}\n\n${output}` : sentence, { cause: options.cause });
  }
}

const DISK_FULL = /no space left on device|ENOSPC|disk quota exceeded|EDQUOT/i;
const READ_ONLY = /read-only file system|EROFS/i;
const NOT_PERMITTED = /permission denied|operation not permitted|EACCES|EPERM/i;

/** The sentence for a failure at `path`: `otherwise`, unless `text` speaks of a full or read-only disk, or a missing permission. */
export function describeFailure(text: string, path: string, otherwise: string): string {
  if (DISK_FULL.test(text))
    return `The disk is full: the embedded PostgreSQL cannot write to ${path}. Make room there and start again.`;
  if (READ_ONLY.test(text)) {
    return `${path} lies on a read-only disk: mount it for writing, choose another place with ONCE_DATA_DIR, or set DATABASE_URL.`;
  }
  if (NOT_PERMITTED.test(text)) {
    return `The embedded PostgreSQL is not permitted to use ${path}: make it writable for this account, or set DATABASE_URL.`;
  }
  return otherwise;
}

/** Runs a step on the file system; its failure becomes an EmbeddedServerError that names `path`. */
export async function withPathNamed<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    if (isForOperator(cause)) throw cause;
    const text = cause instanceof Error ? cause.message : String(cause);
    const otherwise = `The embedded PostgreSQL cannot use ${path}: ${text}.`;
    throw new EmbeddedServerError(describeFailure(text, path, otherwise), { cause });
  }
}
