/**
 * The Content Security Policy of pages: scripts run only with this response's nonce, or loaded by one that did. Next
 * finds the nonce in the request's header and puts it on its own scripts. Everything else that is the same for every
 * response stands in next.config.ts.
 */
import { randomBytes } from "node:crypto";
import { type NextRequest, NextResponse } from "next/server";
import { ADDRESS_HEADER } from "./server/http/request/address.ts";
import { refuseForeignForm, tellOfForeignForm } from "./server/http/request/foreign-form.ts";

function policyWith(nonce: string, isDevelopment: boolean): string {
  const directives = {
    "default-src": "'self'",
    // React's development build evaluates strings to show server stacks; the production build never does.
    "script-src": `'self' 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ""}`,
    // Development injects style elements without a nonce.
    "style-src": isDevelopment ? "'self' 'unsafe-inline'" : `'self' 'nonce-${nonce}'`,
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": isDevelopment ? "'self' ws:" : "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
  };
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join("; ");
}

export function proxy(request: NextRequest): Response {
  const { method, headers: received, nextUrl } = request;
  const refused = refuseForeignForm(
    { method, headers: received, path: nextUrl.pathname },
    process.env.ONCE_URL,
  );
  if (refused !== undefined) {
    tellOfForeignForm(received, nextUrl.pathname);
    return refused;
  }
  const nonce = randomBytes(16).toString("base64");
  const policy = policyWith(nonce, process.env.NODE_ENV === "development");
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", policy);
  headers.set(ADDRESS_HEADER, request.nextUrl.pathname + request.nextUrl.search);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
}

export const config = {
  // Whatever may be a page, the one that says "not found" among them. An API answer runs nothing, and has a stricter policy
  // of its own.
  matcher: ["/((?!api/|_next/static/).*)"],
};
