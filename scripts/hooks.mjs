/**
 * npm's `prepare`: has git run .githooks in a clone that somebody works in. Never fails an install: outside a work tree,
 * in CI, or where git cannot write its settings, there is nothing to set up.
 */
import { spawnSync } from "node:child_process";
import { root } from "./run.mjs";

function git(/** @type {string[]} */ ...args) {
  const { status, stdout } = spawnSync("git", args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return { succeeded: status === 0, answer: stdout?.trim() };
}

// A folder inside somebody else's work tree, such as a package that was unpacked, has a prefix there.
const workTree = git("rev-parse", "--is-inside-work-tree", "--show-prefix");
if (!process.env.CI && workTree.succeeded && workTree.answer === "true") {
  const { succeeded } = git("config", "core.hooksPath", ".githooks");
  if (!succeeded)
    console.warn("The pre-commit hook is not set up: run `git config core.hooksPath .githooks`.");
}
