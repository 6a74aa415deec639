/** The nonce of this response's Content Security Policy, as proxy.ts tells it: what a page's own scripts and styles carry. */
import { headers } from "next/headers";

export async function pageNonce(): Promise<string> {
  return (await headers()).get("x-nonce") ?? "";
}
