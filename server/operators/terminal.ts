/** Where a command reads and writes: the terminal, or what a test gives it. */
import { createInterface, type Interface } from "node:readline/promises";
import { Writable } from "node:stream";

export type Terminal = {
  /** Says something on standard output. */
  say(text: string): void;
  /** Says what is wrong, on standard error. */
  complain(text: string): void;
  /** Asks for a line; what is typed is not shown where it is `secret`. Undefined where nobody can be asked. */
  ask: ((question: string, options?: { secret?: boolean }) => Promise<string>) | undefined;
};

/** The process's own. It asks only where a person sits at both ends. */
export function processTerminal(): Terminal {
  return {
    say: (text) => process.stdout.write(`${text}\n`),
    complain: (text) => process.stderr.write(`${text}\n`),
    ask: process.stdin.isTTY && process.stdout.isTTY ? asker() : undefined,
  };
}

/**
 * One reader for all questions, from the first on: between two of them a terminal would echo what is typed ahead, a password
 * too. It shows what is typed to a question that is no secret, and nothing else; it remembers no answer.
 */
function asker(): NonNullable<Terminal["ask"]> {
  let isShown = false;
  let lines: Interface | undefined;
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (isShown) process.stdout.write(chunk);
      done();
    },
  });
  return async (question, { secret = false } = {}) => {
    // Ctrl-C ends the whole command, as it would without us.
    lines ??= createInterface({ input: process.stdin, output, terminal: true, historySize: 0 }).on(
      "SIGINT",
      () => process.exit(130),
    );
    if (secret) process.stdout.write(question);
    isShown = !secret;
    try {
      return await lines.question(secret ? "" : question);
    } finally {
      isShown = false;
      if (secret) process.stdout.write("\n");
    }
  };
}
