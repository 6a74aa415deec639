/**
 * The handlers of the API in this process, by path. Each registers itself as it is made, in whatever module and bundle Next.js
 * loads it from, so the fast path calls the very handlers that Next.js's router would: there is no second table and no second copy.
 * What is not here, because Next.js has not loaded it yet, is the router's to answer.
 */
import type { ApiAnswer } from "../answer.ts";
import type { ApiRequest } from "./api-request.ts";

/** Answers a request to a path; `params`: what stands in the place of its parameters. Never rejects. */
export type ApiHandler = (request: ApiRequest, params: Record<string, string>) => Promise<ApiAnswer>;

type Path = {
  name: string;
  /** The path's parts: a text, or the name of a parameter. */
  parts: ({ text: string } | { param: string })[];
  /** By method. */
  own: Map<string, ApiHandler>;
  /** Answers the methods that the path does not have. */
  others?: ApiHandler;
};

// On globalThis, because routes and start-up may be bundled apart; the table is one.
const processGlobals = globalThis as typeof globalThis & { onceApiPaths?: Map<string, Path> };

function paths(): Map<string, Path> {
  processGlobals.onceApiPaths ??= new Map();
  return processGlobals.onceApiPaths;
}

/** What takes the place of parameters in a path's name: "[id]". A catch-all ("[[...path]]") is left to the router. */
const PARAM = /^\[(\w+)\]$/;
const CATCH_ALL = "[...";

function pathCalled(name: string): Path | undefined {
  if (!name.startsWith("/api/") || name.includes(CATCH_ALL)) return undefined;
  const known = paths().get(name);
  if (known !== undefined) return known;
  const parts = name.split("/").map((text) => {
    const param = PARAM.exec(text)?.[1];
    return param === undefined ? { text } : { param };
  });
  const path: Path = { name, parts, own: new Map() };
  paths().set(name, path);
  return path;
}

/** Registers the handler of a route, "POST /api/payments"; nothing where it is no path of the API. */
export function registerHandler(route: string, handler: ApiHandler): void {
  const [method = "", name = ""] = route.split(" ");
  pathCalled(name)?.own.set(method, handler);
}

/** Registers what answers the methods that `name`, a path of the API, does not have. */
export function registerOtherMethods(name: string, handler: ApiHandler): void {
  const path = pathCalled(name);
  if (path !== undefined) path.others = handler;
}

export type Found = {
  /** The path's name, with its parameters: "/api/payments/[id]". */
  path: string;
  handler: ApiHandler;
  params: Record<string, string>;
};

const NO_PARAMS = {};

/**
 * The handler for `method` of `path`, as Next.js's router would choose it: a path in full goes before one with parameters, GET
 * answers HEAD. `path` is taken as it is, undecoded. Undefined where none is registered.
 */
export function findHandler(method: string, path: string): Found | undefined {
  const exact = paths().get(path);
  if (exact !== undefined) return handlerOf(exact, method, NO_PARAMS);
  const parts = path.split("/");
  for (const candidate of paths().values()) {
    const params = paramsOf(candidate, parts);
    if (params !== undefined) return handlerOf(candidate, method, params);
  }
  return undefined;
}

function handlerOf(path: Path, method: string, params: Record<string, string>): Found | undefined {
  const handler =
    path.own.get(method) ?? (method === "HEAD" ? path.own.get("GET") : undefined) ?? path.others;
  return handler && { path: path.name, handler, params };
}

function paramsOf({ parts }: Path, asked: readonly string[]): Record<string, string> | undefined {
  if (parts.length !== asked.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, part] of parts.entries()) {
    const given = asked[at] ?? "";
    if ("param" in part) params[part.param] = given;
    else if (part.text !== given) return undefined;
  }
  return params;
}
