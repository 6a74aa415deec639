/**
 * Why the embedded server cannot be had: one sentence that says what is wrong and what to do, then, where there is one,
 * what PostgreSQL itself wrote last.
 */
import { CannotStart } from "../setup/cannot-start.ts";

export class EmbeddedServerError extends CannotStart {
  override readonly name = "EmbeddedServerError";

  constructor(sentence: string, options: { lastWords?: string; cause?: unknown } = {}) {
    const lastWords = options.lastWords?.trim();
    super(lastWords ? `${sentence}\n\n${lastWords}` : sentence, { cause: options.cause });
  }
}

/** What PostgreSQL and the file system write when there is no room, whatever the call was. */
const DISK_FULL = /no space left on device|ENOSPC|disk quota exceeded|EDQUOT/i;
const READ_ONLY = /read-only file system|EROFS/i;
const NOT_PERMITTED = /permission denied|operation not permitted|EACCES|EPERM/i;

/**
 * The sentence for a failure at `path`: a full disk, a read-only one and a missing permission are named as such,
 * everything else is described by `otherwise`.
 */
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
    if (cause instanceof Error && cause.name === "EmbeddedServerError") throw cause;
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new EmbeddedServerError(
      describeFailure(text, path, `The embedded PostgreSQL cannot use ${path}: ${text}.`),
      {
        cause,
      },
    );
  }
}
