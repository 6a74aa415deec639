/** Where a command reads and writes: the terminal, or what a test gives it. */
import { createInterface } from "node:readline/promises";
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
    ask: process.stdin.isTTY && process.stdout.isTTY ? askOnTerminal : undefined,
  };
}

async function askOnTerminal(question: string, { secret = false } = {}): Promise<string> {
  process.stdout.write(question);
  // Readline echoes through its output; a secret's goes nowhere.
  const output = secret ? new Writable({ write: (_chunk, _encoding, done) => done() }) : process.stdout;
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  // Ctrl-C ends the whole command, as it would without us.
  lines.on("SIGINT", () => process.exit(130));
  try {
    return await lines.question("");
  } finally {
    lines.close();
    if (secret) process.stdout.write("\n");
  }
}
