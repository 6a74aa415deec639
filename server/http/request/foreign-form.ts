/** Forms of other sites that are posted to pages: Next.js throws at them, and logs each as a failure of the server. */
import { problem } from "@/lib/api/problems";
import { pageAt, ROUTES } from "@/server/identity/policy";

const FORM_ROUTES = Object.keys(ROUTES).flatMap((name) => {
  const [method, path = ""] = name.split(" ");
  return method === "POST" ? [path.split("/")] : [];
});

/** Whether a form's route is at `path`, a path of ours: it refuses by itself. */
function isFormRoute(path: string): boolean {
  const parts = path.split("/");
  return FORM_ROUTES.some(
    (own) =>
      own.length === parts.length && own.every((part, at) => part.startsWith("[") || part === parts[at]),
  );
}

/**
 * Whether Origin names another host than the one that was asked for, and than `publicUrl`'s, as Next.js compares them before an
 * action (allowedOrigins in next.config.ts). "null" names none: the action decides about it (server/http/request/origin.ts).
 */
function isOfOtherHost(headers: Headers, publicUrl: string | undefined): boolean {
  const origin = headers.get("origin");
  if (origin === null || origin === "null") return false;
  if (!URL.canParse(origin)) return true;
  const { host } = new URL(origin);
  const asked = headers.get("x-forwarded-host")?.split(",")[0]?.trim() || headers.get("host");
  const isPublic = publicUrl !== undefined && URL.canParse(publicUrl) && new URL(publicUrl).host === host;
  return host !== asked && !isPublic;
}

/** The answer to a form that another site has posted to a page of ours: 403. Undefined where `request` is none. */
export function refuseForeignForm(
  request: { method: string; headers: Headers; path: string },
  publicUrl: string | undefined,
): Response | undefined {
  if (request.method !== "POST" || !isOfOtherHost(request.headers, publicUrl)) return undefined;
  if (isFormRoute(request.path)) return undefined;
  const detail = "The request does not come from our own pages. Nothing was executed.";
  return new Response(JSON.stringify({ ...problem("forbidden"), detail }), {
    status: 403,
    headers: {
      "content-type": "application/problem+json",
      "content-language": "en",
      "cache-control": "no-store",
    },
  });
}

type Listener = (headers: Headers, page: string) => void;

// On globalThis, because proxy.ts is bundled apart, without what listens.
const slot = globalThis as typeof globalThis & { onceForeignFormListener?: Listener };

/** Has `listener` told of every foreign form that is refused, with the page that it was posted to. */
export function listenToForeignForms(listener: Listener): void {
  slot.onceForeignFormListener = listener;
}

/** Tells of a foreign form that was refused at `path`; of no page of ours it says so much. Never throws. */
export function tellOfForeignForm(headers: Headers, path: string): void {
  try {
    slot.onceForeignFormListener?.(headers, pageAt(path) ?? "no page");
  } catch (error) {
    console.warn("Telling of a foreign form failed.", error);
  }
}
