import Link from "next/link";
import { useTranslations } from "next-intl";
import { MoneyInput } from "@/components/form/money-input";
import { Badge } from "@/components/ops/badge";
import { ReasonedAct } from "@/components/ops/reasoned-act";
import type { FormState } from "@/lib/form/form-state";
import type { MoneyPattern } from "@/lib/money-pattern";
import type { ActWords } from "@/lib/ops/acts";
import { Unlimited } from "./unlimited";

type Action = (previous: FormState, form: FormData) => Promise<FormState>;

/** An account as a page shows it: amounts are words already. */
export type ShownAccount = {
  id: string;
  currency: string;
  balance: string;
  outToday: string;
  /** Undefined where it has none. */
  dayLimit: string | undefined;
  state: "open" | "frozen" | "frozen-with-person";
  pattern: MoneyPattern;
};

/** The accounts of a person, each with its balance, what may leave it in a day, and what an operator may do with it. */
export function Accounts({
  userId,
  accounts,
  words,
  acts,
}: {
  userId: string;
  accounts: ShownAccount[];
  words: ActWords;
  /** Undefined where nobody may: nobody acts upon themselves. */
  acts: { freeze: Action; limit: Action } | undefined;
}) {
  const t = useTranslations("opsPeople");
  return (
    <ul className="divide-y divide-line">
      {accounts.map((account) => {
        const { id, currency, balance, outToday, dayLimit, state, pattern } = account;
        const isOpen = state === "open";
        return (
          <li key={id} className="py-4 first:pt-0 last:pb-0">
            <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
              <Link
                href={`/ops/ledger/accounts/${id}`}
                prefetch={false}
                aria-label={t("accountIn", { currency })}
                className="inline-flex min-h-11 items-center font-semibold text-accent-text underline-offset-4 hover:underline"
              >
                {currency}
              </Link>
              <span className="figures text-lg font-semibold wrap-anywhere">{balance}</span>
            </div>
            <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 text-sm text-soft">
              <span className="wrap-anywhere">
                {dayLimit === undefined
                  ? t("withoutLimit", { out: outToday })
                  : t("withLimit", { out: outToday, limit: dayLimit })}
              </span>
              {isOpen ? null : <Badge look="alert">{t(`account_${state}`)}</Badge>}
            </div>
            {acts === undefined ? null : (
              <div className="mt-1 flex flex-col">
                <ReasonedAct
                  id={`limit-${currency}`}
                  act="limit"
                  action={acts.limit}
                  fields={{ userId }}
                  what={t("changeLimit")}
                  label={t("changeLimitOf", { currency })}
                  text={t("changeLimitText")}
                  forCertain={t("changeLimitForCertain")}
                  words={words}
                  isDangerous={false}
                >
                  <MoneyInput label={t("limit")} patterns={[pattern]} />
                  <Unlimited label={t("unlimited")} />
                </ReasonedAct>
                {state === "frozen" ? (
                  <ReasonedAct
                    id={`unfreeze-${currency}`}
                    act="freeze"
                    action={acts.freeze}
                    fields={{ userId, currency, to: "free" }}
                    what={t("unfreezeAccount")}
                    label={t("unfreezeAccountOf", { currency })}
                    text={t("unfreezeAccountText", { currency })}
                    forCertain={t("unfreezeForCertain")}
                    words={words}
                    isDangerous={false}
                  />
                ) : (
                  <ReasonedAct
                    id={`freeze-${currency}`}
                    act="freeze"
                    action={acts.freeze}
                    fields={{ userId, currency, to: "frozen" }}
                    what={t("freezeAccount")}
                    label={t("freezeAccountOf", { currency })}
                    text={t("freezeAccountText", { currency })}
                    forCertain={t("freezeForCertain")}
                    words={words}
                  />
                )}
              </div>
            )}
          </li>
        );
      })}
    </ul>
  );
}
