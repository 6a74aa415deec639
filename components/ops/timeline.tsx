import Link from "next/link";
import { useTranslations } from "next-intl";
import { CopiedId } from "@/components/ops/copied-id";
import { cn } from "@/components/ui/cn";
import type { TimelineEvent, TimelinePerson } from "@/lib/ops/timeline";

const DOTS = {
  plain: "border-line-strong bg-card",
  good: "border-accent bg-accent",
  alert: "border-alert-text bg-alert-text",
  wait: "border-wait-text bg-wait-text",
};

/** What happened, in the order of time, oldest first. */
export function Timeline({ events }: { events: readonly TimelineEvent[] }) {
  const t = useTranslations("ops");
  return (
    <ol className="relative">
      {events.map((event, at) => (
        <li key={event.id} className="relative grid grid-cols-[1.25rem_minmax(0,1fr)] gap-x-3 pb-5 last:pb-0">
          {at === events.length - 1 ? null : (
            <span
              aria-hidden="true"
              className="absolute top-4 bottom-0 left-[0.3125rem] w-px bg-line-strong"
            />
          )}
          <span
            aria-hidden="true"
            className={cn("mt-1.5 size-[0.6875rem] rounded-full border-2", DOTS[event.tone])}
          />
          <div className="min-w-0">
            <p className={cn("font-semibold wrap-anywhere", event.tone === "alert" && "text-alert-text")}>
              {event.title}
            </p>
            <p className="figures text-sm text-soft">
              <time dateTime={event.at}>{event.when}</time>
            </p>
            {event.by === undefined ? null : (
              <p className="text-sm wrap-anywhere">
                <PersonLink person={event.by} />
              </p>
            )}
            {event.words === undefined ? null : (
              <p className="text-sm wrap-anywhere">
                <q>
                  <bdi>{event.words}</bdi>
                </q>
              </p>
            )}
            {event.facts?.map((fact) => (
              <p key={fact} className="text-sm text-soft wrap-anywhere">
                {fact}
              </p>
            ))}
            {event.ids?.map(({ name, id }) => (
              <div key={id} className="flex flex-wrap items-center gap-x-2 text-sm text-soft">
                <span>{name}</span>
                <CopiedId
                  id={id}
                  words={{ copy: t("copyOf", { what: name }), copied: t("copied"), failed: t("copyFailed") }}
                />
              </div>
            ))}
            {event.lead === undefined ? null : (
              <Link
                href={event.lead.href}
                prefetch={false}
                className="inline-flex min-h-11 items-center text-sm font-semibold text-accent-text underline-offset-4 hover:underline"
              >
                {event.lead.text}
              </Link>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}

/** Somebody, with the way to their page in the console. */
export function PersonLink({ person: { name, handle, href } }: { person: TimelinePerson }) {
  return (
    <Link href={href} prefetch={false} className="inline-flex min-h-11 flex-wrap items-center gap-x-1.5">
      <bdi className="font-medium underline underline-offset-4">{name}</bdi>
      <bdi className="text-soft">{`@${handle}`}</bdi>
    </Link>
  );
}
