/** The mails of the demo, and what people do with them. */
import { expect, type Page } from "@playwright/test";
import { books } from "./books.ts";

type SentMail = { id: string; kind: string; text: string };

/** The latest mail to somebody, of a kind where one is named, once it is sent. */
export async function mailTo(recipient: string, kind?: string): Promise<SentMail> {
  let found: SentMail | undefined;
  await expect(async () => {
    const [mail] = await books()<SentMail[]>`
      select id, kind, demo_copy ->> 'text' as text from mail_outbox
       where recipient = ${recipient} and outcome = 'sent' and (${kind ?? null}::text is null or kind = ${kind ?? null})
       order by id desc limit 1`;
    expect(mail, `a mail to ${recipient}`).toBeDefined();
    found = mail;
  }).toPass();
  if (!found) throw new Error("Bug: a mail that is there is none.");
  return found;
}

/** The first link of the latest mail to somebody. */
export async function linkMailedTo(recipient: string, kind?: string): Promise<string> {
  const { text } = await mailTo(recipient, kind);
  const link = /https?:\/\/\S+/.exec(text)?.[0];
  if (link === undefined) throw new Error(`A mail without a link: ${text}`);
  return link;
}

export type Person = { name: string; handle: string; email: string; password: string };

/** Somebody whom nobody has heard of. */
export function newcomer(name = "A Guest"): Person {
  const handle = `s${crypto.randomUUID().replaceAll("-", "").slice(0, 20)}`;
  return { name, handle, email: `${handle}@example.com`, password: "correct horse battery" };
}

/** Fills the form that the page shows. */
export async function fillSignUp(page: Page, who: Person): Promise<void> {
  await page.getByLabel("Name").fill(who.name);
  await page.getByLabel("Handle").fill(who.handle);
  await page.getByLabel("E-mail").fill(who.email);
  await page.getByLabel("Password").fill(who.password);
}

/** Opens the link that a sign-up was mailed and makes the account. Resolves when the browser is where it was going. */
export async function confirmSignUp(page: Page, who: Person): Promise<void> {
  await page.waitForURL(/\/sign-up\/sent\?/);
  await page.goto(await linkMailedTo(who.email));
  await page.getByLabel("Your password").fill(who.password);
  await page.getByRole("button", { name: "Create account and sign in" }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-up"));
}

/** Signs up somebody new, by the form and the mail, and returns who it is; their accounts are empty. */
export async function signUp(page: Page, who: Person = newcomer()): Promise<Person> {
  await page.goto("/sign-up");
  await fillSignUp(page, who);
  await page.getByRole("button", { name: "Create account" }).click();
  await confirmSignUp(page, who);
  return who;
}
