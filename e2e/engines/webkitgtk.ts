/** WebKitGTK, by Selenium: its WebDriver, its MiniBrowser, and an X server that shows them to nobody. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { expect } from "@playwright/test";
import pLimit from "p-limit";
import { Builder, Capabilities, Key, Origin, type WebDriver } from "selenium-webdriver";
import { listen } from "../../db/testing/proxies/listen.ts";
import type { Engine, EngineOptions, Tab } from "./engine.ts";

const LEFT_BUTTON = 0;

export type WebKitPrograms = { driver: string; display: string; browser: string };

/** A driver serves one browser at a time, so each has one of its own, and all end together. */
export async function launchWebKit(programs: WebKitPrograms, options: EngineOptions): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), "once-webkit-"));
  const started: ChildProcess[] = [];
  let driver: WebDriver | undefined;
  const close = async () => {
    await driver?.quit().catch(() => {});
    for (const process of started.reverse()) {
      process.kill();
      if (process.exitCode === null && process.signalCode === null) await once(process, "exit");
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const display = await startDisplay(programs.display, started);
    // What a browser keeps goes with it: nobody's own profile is touched.
    const env = {
      ...process.env,
      DISPLAY: display,
      XDG_DATA_HOME: folder,
      XDG_CACHE_HOME: folder,
      XDG_CONFIG_HOME: folder,
    };
    const port = await freePort();
    started.push(spawn(programs.driver, [`--port=${port}`, "--host=127.0.0.1"], { env, stdio: "ignore" }));
    await expect.poll(() => accepts(port)).toBe(true);
    driver = await newSession(port, programs.browser, options);
    const version = (await driver.getCapabilities()).get("browserVersion");
    return { name: `WebKitGTK ${version}`, newTab: await tabsOf(driver), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Starts an X server on a display that is free, and returns which. */
async function startDisplay(program: string, started: ChildProcess[]): Promise<string> {
  const arguments_ = ["-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"];
  const server = spawn(program, arguments_, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  started.push(server);
  const number = (server.stdio[3] as Readable).setEncoding("utf8");
  const [said] = (await Promise.race([
    once(number, "data"),
    once(server, "exit").then(() => Promise.reject(new Error(`${program} ended before it had a display.`))),
  ])) as [string];
  return `:${said.trim()}`;
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  const port = await listen(server);
  server.close();
  await once(server, "close");
  return port;
}

async function accepts(port: number): Promise<boolean> {
  const socket = net.connect(port, "127.0.0.1");
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}

function newSession(port: number, binary: string, { hasScripts }: EngineOptions): Promise<WebDriver> {
  const args = ["--automation", `--enable-javascript=${hasScripts}`];
  const capabilities = new Capabilities({
    browserName: "MiniBrowser",
    // A page that is held on its way holds nobody who looks at the one before.
    pageLoadStrategy: "none",
    "webkitgtk:browserOptions": { binary, args },
  });
  return new Builder().usingServer(`http://127.0.0.1:${port}`).withCapabilities(capabilities).build();
}

/** The driver speaks to one window at a time, so whoever wants one of them waits for the others. */
async function tabsOf(driver: WebDriver): Promise<() => Promise<Tab>> {
  const oneAtATime = pLimit(1);
  // The driver ends with its last window, so the first stays.
  const first = await driver.getWindowHandle();
  return () =>
    oneAtATime(async () => {
      await driver.switchTo().window(first);
      // A window, not a tab: a second tab stays hidden, and takes no clicks.
      await driver.switchTo().newWindow("window");
      return tab(driver, await driver.getWindowHandle(), oneAtATime);
    });
}

function tab(driver: WebDriver, handle: string, oneAtATime: ReturnType<typeof pLimit>): Tab {
  const inside = <T>(work: () => Promise<T>): Promise<T> =>
    oneAtATime(async () => {
      await driver.switchTo().window(handle);
      return work();
    });
  return {
    goto: (address) => inside(() => driver.get(address)),
    reload: () => inside(() => driver.navigate().refresh()),
    evaluate: <T>(expression: string) => inside(() => driver.executeScript<T>(`return (${expression});`)),
    click: ({ x, y }, times = 1) =>
      inside(async () => {
        const actions = driver.actions({ async: true }).move({ x, y, origin: Origin.VIEWPORT, duration: 0 });
        for (let click = 0; click < times; click += 1) actions.press(LEFT_BUTTON).release(LEFT_BUTTON);
        await actions.perform();
      }),
    enterAndClick: ({ x, y }) =>
      inside(async () => {
        const actions = driver.actions({ async: true }).move({ x, y, origin: Origin.VIEWPORT, duration: 0 });
        await actions.keyDown(Key.ENTER).press(LEFT_BUTTON).keyUp(Key.ENTER).release(LEFT_BUTTON).perform();
      }),
    type: (text) => inside(() => driver.actions({ async: true }).sendKeys(text).perform()),
    close: () => inside(() => driver.close()),
  };
}
