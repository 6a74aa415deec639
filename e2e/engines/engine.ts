/** What a story needs of a browser. Each engine does it in its own way; the stories are told once. */

export type Point = { x: number; y: number };

export type Tab = {
  /** Sets out for an address. Who wants to see the page waits for it: engines differ in what they wait for. */
  goto(address: string): Promise<void>;
  /** Presses the browser's Reload. Waits for nothing. */
  reload(): Promise<void>;
  /** The value of an expression in the page. Rejects while one page gives way to another. */
  evaluate<T>(expression: string): Promise<T>;
  /** Clicks with the mouse, twice in the time of a double click where `times` says so. */
  click(at: Point, times?: 1 | 2): Promise<void>;
  /** Enter and the mouse in one go, on what has the focus and what lies there. */
  enterAndClick(at: Point): Promise<void>;
  /** Types with the keyboard, into what has the focus. */
  type(text: string): Promise<void>;
  close(): Promise<void>;
};

export type Engine = {
  /** As it calls itself, with its version. */
  name: string;
  /** A window of its own; all windows of an engine share their cookies. */
  newTab(): Promise<Tab>;
  close(): Promise<void>;
};

export type EngineOptions = {
  /** False where whoever uses it has switched scripts off. */
  hasScripts: boolean;
};

/** The engines by the names of their projects in playwright.config.ts. */
export const ENGINES = ["chromium", "firefox", "webkitgtk"] as const;
export type EngineName = (typeof ENGINES)[number];
