/** What a person does in a window of a browser, and what they read there. */
import { expect } from "@playwright/test";
import type { Engine, Point, Tab } from "./engine.ts";

export type Person = "Alice" | "Bob";

export type Window = {
  /** Goes to a page and waits until it is there. */
  open(path: string): Promise<void>;
  reload(): Promise<void>;
  back(): Promise<void>;
  forward(): Promise<void>;
  /** Presses a button or a link once it can be pressed. `name`: what its name begins with. */
  press(name: string, times?: 1 | 2): Promise<void>;
  /** Presses once more, where the mouse is: Chromium answers no question about a page that is about to give way to another. */
  pressAgain(): Promise<void>;
  /** Enter and a click in one go, on a button. */
  pressByEnterAndClick(name: string): Promise<void>;
  /** Clicks faster than the page can answer. */
  pressAtOnce(name: string, times: number): Promise<void>;
  /** Types into the field that has this label. */
  type(label: string, text: string): Promise<void>;
  /** Waits until something can be pressed. */
  expectButton(name: string): Promise<void>;
  /** Waits until the page says this. */
  expectWords(words: string | RegExp): Promise<void>;
  /** Waits until the path of the page's address is this. */
  expectPath(path: string | RegExp): Promise<void>;
  /** Waits until an expression in the page is true. */
  expectTrue(expression: string): Promise<void>;
  words(): Promise<string>;
  path(): Promise<string>;
  evaluate<T>(expression: string): Promise<T>;
  close(): Promise<void>;
};

const WORDS = "document.body.innerText";
const PATH = "location.pathname";

/** Pages answer in milliseconds, and there are many of them. */
const LOOKS = { intervals: [50] };

/** Opens a window of `engine`; paths are those of the server at `address`. */
export async function openWindow(engine: Engine, address: string): Promise<Window> {
  const tab = await engine.newTab();
  let mouse: Point | undefined;
  const window: Window = {
    open: (path) => untilReplaced(tab, () => tab.goto(`${address}${path}`)),
    reload: () => untilReplaced(tab, () => tab.reload()),
    // A page that comes out of the back/forward cache does not load, and drivers that go back wait for one that does.
    back: () => tab.evaluate("void history.back()"),
    forward: () => tab.evaluate("void history.forward()"),
    async press(name, times = 1) {
      mouse = await placeOf(tab, name);
      await tab.click(mouse, times);
    },
    async pressAgain() {
      if (mouse === undefined) throw new Error("Bug: pressed again before it was pressed.");
      await tab.click(mouse);
    },
    async pressByEnterAndClick(name) {
      const place = await placeOf(tab, name);
      await tab.evaluate(`${pressable(name)}.focus()`);
      await tab.enterAndClick(place);
    },
    async pressAtOnce(name, times) {
      await placeOf(tab, name);
      const button = pressable(name);
      await tab.evaluate(`(button => { for (let i = 0; i < ${times}; i += 1) button.click(); })(${button})`);
    },
    async type(label, text) {
      await expect.poll(() => look(tab, `${fieldOf(label)} !== undefined`), LOOKS).toBe(true);
      await tab.evaluate(`${fieldOf(label)}.focus()`);
      await tab.type(text);
      await expect.poll(() => look(tab, `${fieldOf(label)}.value`), LOOKS).toBe(text);
    },
    async expectButton(name) {
      await placeOf(tab, name);
    },
    expectWords: (words) =>
      expect.poll(async () => (await look<string>(tab, WORDS)) ?? "", LOOKS).toMatch(words),
    expectPath: (path) => expect.poll(async () => (await look<string>(tab, PATH)) ?? "", LOOKS).toMatch(path),
    expectTrue: (expression) => expect.poll(() => look(tab, expression), LOOKS).toBe(true),
    words: () => tab.evaluate(WORDS),
    path: () => tab.evaluate(PATH),
    evaluate: (expression) => tab.evaluate(expression),
    close: () => tab.close(),
  };
  return window;
}

/** Signs in through the demo's button. */
export async function signIn(window: Window, who: Person): Promise<void> {
  await window.open("/sign-in");
  await window.press(`Continue as ${who}`);
  await window.expectPath(/^\/$/);
  await window.expectWords(`Hello, ${who}`);
}

/** Signs out through the menu. */
export async function signOut(window: Window): Promise<void> {
  await window.press("Menu");
  await window.press("Sign out");
  await window.expectButton("Sign in");
}

/** What the page says to a question now, undefined while one page gives way to another. */
async function look<T>(tab: Tab, expression: string): Promise<T | undefined> {
  try {
    return await tab.evaluate<T>(expression);
  } catch {
    return undefined;
  }
}

/** Does what makes another document of this one, and waits until that is there. */
async function untilReplaced(tab: Tab, act: () => Promise<void>): Promise<void> {
  // When a document began tells it from any other.
  const document_ = "document.readyState !== 'loading' && performance.timeOrigin";
  const before = await look(tab, "performance.timeOrigin");
  await act();
  await expect
    .poll(async () => ![before, false, undefined].includes(await look<number | false>(tab, document_)), LOOKS)
    .toBe(true);
}

/** What can be pressed and is called so, the first one. An expression. */
function pressable(name: string): string {
  return `[...document.querySelectorAll("button:enabled, a[href], summary")].find(
    (one) => one.checkVisibility() && (one.ariaLabel ?? one.innerText).trim().startsWith(${JSON.stringify(name)}))`;
}

/** Where to press what is called so, once it stays where it is and nothing lies over it. */
async function placeOf(tab: Tab, name: string): Promise<Point> {
  let place: Point | null | undefined;
  let before: Point | null | undefined;
  await expect
    .poll(
      async () => {
        before = place;
        place = await look<Point | null>(
          tab,
          `(() => {
            const one = ${pressable(name)};
            if (one === undefined) return null;
            one.scrollIntoView({ block: "center", behavior: "instant" });
            const { left, top, width, height } = one.getBoundingClientRect();
            const [x, y] = [Math.round(left + width / 2), Math.round(top + height / 2)];
            return one.contains(document.elementFromPoint(x, y)) ? { x, y } : null;
          })()`,
        );
        return place != null && place.x === before?.x && place.y === before.y;
      },
      { message: `"${name}" can be pressed`, ...LOOKS },
    )
    .toBe(true);
  if (place == null) throw new Error("Bug: what can be pressed is nowhere.");
  return place;
}

/** The field that has this label. An expression. */
function fieldOf(label: string): string {
  return `[...document.querySelectorAll("input, textarea, select")].find(
    (one) => [...(one.labels ?? [])].some((label) => label.innerText.trim().startsWith(${JSON.stringify(label)})))`;
}
