import "swagger-ui-dist/swagger-ui.css";
import "./reference.css";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Advice } from "@/components/docs/advice";
import { Commands } from "@/components/docs/commands";
import { Reference } from "@/components/docs/reference";
import { transferExample } from "@/lib/api/examples";
import { readersOrigin } from "@/server/http/readers-origin";
import { robotsFor } from "@/server/http/well-known/robots";
import { isDemo } from "@/server/lifecycle/environment";

const DOCUMENT = "/api/openapi.json";
const SECTIONS = ["quick", "recipe", "money", "reference"] as const;
const RECIPE = [
  "paid",
  "lost",
  "later",
  "settled",
  "void",
  "declined",
  "never",
  "correct",
  "giveUp",
] as const;
const MONEY = ["yes", "no", "unknown"] as const;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("docs");
  return { title: t("title"), description: t("metaDescription"), robots: robotsFor("/docs") };
}

/** How a program pays once: examples to paste, the recipe for clients, and the reference of the API. */
export default async function DocsPage() {
  const t = await getTranslations("docs");
  const demo = isDemo();
  const example = transferExample({
    origin: await readersOrigin(),
    apiKey: demo ? "once_demo_alice" : "your-api-key",
    payee: demo ? "bob" : "their-handle",
  });
  const heading = "scroll-mt-4 text-title";
  return (
    <article>
      <h1 className="text-title">{t("title")}</h1>
      <p className="mt-4 max-w-2xl text-lg">{t("lead")}</p>
      <nav aria-label={t("contents")} className="mt-4">
        <ul className="flex flex-wrap gap-x-6">
          {SECTIONS.map((section) => (
            <li key={section}>
              <a
                href={`#${section}`}
                className="inline-flex min-h-11 items-center text-accent-text underline underline-offset-4"
              >
                {t(`${section}Title`)}
              </a>
            </li>
          ))}
        </ul>
      </nav>

      <section className="mt-8 max-w-3xl">
        <h2 id="quick" className={heading}>
          {t("quickTitle")}
        </h2>
        <p className="mt-3 text-soft">{demo ? t("quickDemo") : t("quick")}</p>
        <ol className="list-inside">
          <Commands code={example.prepare}>{t("step1")}</Commands>
          <Commands code={example.issue}>{t("step2")}</Commands>
          <Commands code={example.pay}>{t("step3")}</Commands>
          <Commands code={example.again}>{t("step4")}</Commands>
          <Commands code={example.look}>{t("step5")}</Commands>
        </ol>
      </section>

      <section className="mt-14 max-w-3xl">
        <h2 id="recipe" className={heading}>
          {t("recipeTitle")}
        </h2>
        <p className="mt-3 text-soft">{t("recipeLead")}</p>
        <Advice head={[t("when"), t("then")]} rows={RECIPE.map((row) => [t(row), t(`${row}Do`)] as const)} />
      </section>

      <section className="mt-14 max-w-3xl">
        <h2 id="money" className={heading}>
          {t("moneyTitle")}
        </h2>
        <p className="mt-3 text-soft">{t("moneyLead")}</p>
        <dl className="mt-4 grid gap-x-6 sm:grid-cols-[auto_1fr]">
          {MONEY.map((moved) => (
            <div key={moved} className="border-b border-line py-3 sm:col-span-2 sm:grid sm:grid-cols-subgrid">
              <dt className="font-mono text-sm font-semibold sm:leading-6">{moved}</dt>
              <dd className="text-soft">{t(`money_${moved}`)}</dd>
            </div>
          ))}
        </dl>
      </section>

      <section className="mt-14">
        <h2 id="reference" className={heading}>
          {t("referenceTitle")}
        </h2>
        <p className="mt-3 max-w-2xl text-soft">
          <span className="mr-1">{t("referenceLead")}</span>
          <a href={DOCUMENT} className="text-accent-text underline underline-offset-4">
            {DOCUMENT}
          </a>
        </p>
        <Reference url={DOCUMENT} withoutScript={t("noScript")} loading={t("loading")} failed={t("failed")} />
      </section>
    </article>
  );
}
