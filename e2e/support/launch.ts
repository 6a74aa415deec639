import { findBrowser } from "../../scripts/browser.mjs";

/** Options of `chromium.launch`. `npm test` has found or installed a browser; else one is looked for. */
export function launchOptions() {
  const executablePath = findBrowser();
  const isRoot = process.getuid?.() === 0;
  return {
    ...(executablePath ? { executablePath } : {}),
    args: [
      // Chromium's sandbox does not start as root.
      ...(isRoot ? ["--no-sandbox"] : []),
      // Nothing leaves the machine, and nothing else competes for the network while a connection is being broken.
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      "--disable-quic",
    ],
    // Playwright switches the back/forward cache off; payers have it, and a payment must survive it.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  };
}
