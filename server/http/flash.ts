/** What was done is told in the address that it led to (server/http/request/flash-cookie.ts): for pages and server actions. */
import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { backs, COOKIE, flashFor } from "./request/flash-cookie.ts";

/** Whether what `path` claims was done just now, by `userId` ("" for whoever is not signed in). For pages. */
export async function isBacked(path: string, userId: string): Promise<boolean> {
  return backs((await cookies()).get(COOKIE)?.value, path, userId);
}

/** Leads from a server action to `path`, and backs what it claims. */
export async function tell(path: string, userId: string): Promise<never> {
  const flash = flashFor(path, userId);
  if (flash !== undefined) (await cookies()).set(flash);
  redirect(path);
}
