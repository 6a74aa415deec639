import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { useWhen } from "@/components/site/when";
import type { LastReconciliation, OpenTransaction, SealingState, Waiting } from "@/lib/ops/health";
import { type Health, Tile } from "../tile";

const LINK =
  "inline-flex min-h-11 items-center font-semibold text-accent-text underline-offset-4 hover:underline";

/** Is it well? What an operator looks at first. */
export function HealthTiles({
  books,
  sealing,
  unknown,
  servers,
  waiting,
}: {
  books: LastReconciliation;
  sealing: SealingState;
  /** Requests of the shown time that were told that nothing is known. */
  unknown: number;
  servers: number;
  waiting: Waiting;
}) {
  const t = useTranslations("opsOverview");
  return (
    <div className="grid grid-cols-1 gap-4 sm:grid-cols-2 lg:grid-cols-4">
      <BooksTile books={books} />
      <SealingTile sealing={sealing} />
      <Tile
        name={t("unknowns")}
        state={t("unknownCount", { count: unknown })}
        health={unknown === 0 ? "well" : "look"}
      >
        <p>{t(unknown === 0 ? "unknownNone" : "unknownSome")}</p>
      </Tile>
      <Tile
        name={t("service")}
        state={servers === 0 ? t("serversNone") : t("servers", { count: servers })}
        health={servers === 0 ? "unknown" : "well"}
      >
        {servers > 1 ? <p>{t("serversCut")}</p> : null}
        <p>{t("databaseAnswers")}</p>
        <p>{t("openKeysNow", { count: waiting.openKeys })}</p>
        {waiting.merchantRequests === 0 ? null : (
          <p>
            <Link href="/ops/people" prefetch={false} className={LINK}>
              {t("merchantRequestsWait", { count: waiting.merchantRequests })}
            </Link>
          </p>
        )}
        {waiting.adjustments === 0 ? null : (
          <p>
            <Link href="/ops/ledger/adjustments?state=pending" prefetch={false} className={LINK}>
              {t("adjustmentsWait", { count: waiting.adjustments })}
            </Link>
          </p>
        )}
      </Tile>
    </div>
  );
}

const BOOKS_HEALTH: Record<LastReconciliation["books"], Health> = {
  right: "well",
  wrong: "wrong",
  unsure: "look",
  unchecked: "unknown",
};

function BooksTile({ books }: { books: LastReconciliation }) {
  const t = useTranslations("opsOverview");
  const when = useWhen();
  const isFirst = books.books === "unchecked" && books.open !== undefined;
  return (
    <Tile
      name={t("books")}
      state={t(isFirst ? "books_checking" : `books_${books.books}`)}
      health={BOOKS_HEALTH[books.books]}
    >
      {books.lastFull ? (
        <p>{t("lastFull", { when: when(books.lastFull.finishedAt.toISOString()) })}</p>
      ) : null}
      {books.lastIncremental ? (
        <p>{t("lastIncremental", { when: when(books.lastIncremental.finishedAt.toISOString()) })}</p>
      ) : null}
      {books.open && !isFirst ? <p>{t("beingChecked")}</p> : null}
      <p>
        <Link
          href={books.wrongRunId === undefined ? "/ops/reconcile" : `/ops/reconcile/${books.wrongRunId}`}
          prefetch={false}
          className={LINK}
        >
          {t(books.wrongRunId === undefined ? "toReconcile" : "toFindings")}
        </Link>
      </p>
    </Tile>
  );
}

function SealingTile({ sealing }: { sealing: SealingState }) {
  const t = useTranslations("opsOverview");
  const format = useFormatter();
  const { stall } = sealing;
  return (
    <Tile
      name={t("journal")}
      state={t(
        stall === undefined
          ? "sealing_well"
          : stall.type === "foreign"
            ? "sealing_foreign"
            : "sealing_heldUp",
      )}
      health={stall === undefined ? "well" : "wrong"}
    >
      <p>
        {sealing.unsealed === 0
          ? t("unsealedNone")
          : t("unsealedNow", { count: sealing.unsealed, seconds: Math.round(sealing.oldestSeconds) })}
      </p>
      <p>{t("journalEnds", { position: format.number(BigInt(sealing.position)) })}</p>
      {stall === undefined ? null : (
        <p className="text-alert-text">{t(stall.type === "foreign" ? "foreignAdvice" : "heldUpAdvice")}</p>
      )}
      {stall?.type === "held-up" ? <Holders holders={sealing.holders} /> : null}
    </Tile>
  );
}

/** What holds the journal up, and the statement that ends each. */
function Holders({ holders }: { holders: OpenTransaction[] }) {
  const t = useTranslations("opsOverview");
  return (
    <ul className="space-y-2">
      {holders.map((one) => (
        <li key={one.pid ?? one.preparedName}>
          <p>{t("holder", { database: one.database, role: one.role })}</p>
          {one.seconds === undefined ? null : <p>{t("holderSince", { seconds: Math.round(one.seconds) })}</p>}
          <code className="block rounded-lg bg-card px-2 py-1 font-mono text-xs wrap-anywhere text-ink">
            {one.preparedName === undefined
              ? `select pg_terminate_backend(${one.pid})`
              : `rollback prepared '${one.preparedName}'`}
          </code>
        </li>
      ))}
    </ul>
  );
}
