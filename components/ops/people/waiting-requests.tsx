import Link from "next/link";
import { useTranslations } from "next-intl";
import { useWhen } from "@/components/site/when";
import { Button } from "@/components/ui/button";
import { isolateBidi } from "@/lib/text/bidi-isolate";

type WaitingRequest = {
  id: string;
  userId: string;
  handle: string;
  businessName: string;
  sells: string;
  createdAt: Date;
};

/** Who asks to be a merchant and waits, the longest first, each with the way to where it is decided. */
export function WaitingRequests({
  requests,
  all,
}: {
  requests: WaitingRequest[];
  /** Where all of them are listed, where there are more. */
  all: string | undefined;
}) {
  const t = useTranslations("opsPeople");
  const when = useWhen();
  return (
    <>
      <ul className="divide-y divide-line">
        {requests.map(({ id, userId, handle, businessName, sells, createdAt }) => (
          <li
            key={id}
            className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3 first:pt-0"
          >
            <span className="min-w-0 flex-1 basis-64">
              <span className="block wrap-anywhere">
                <bdi className="font-semibold">{businessName}</bdi>
                <span className="text-soft">{` @${handle}`}</span>
              </span>
              <span className="line-clamp-2 text-sm text-soft wrap-anywhere">
                <bdi>{sells}</bdi>
              </span>
              <span className="block text-sm text-soft">
                {t("asked", { when: when(createdAt.toISOString()) })}
              </span>
            </span>
            <Button asChild look="quiet" size="small">
              <Link
                href={`/ops/people/${userId}#requests`}
                prefetch={false}
                aria-label={t("decideOf", { name: isolateBidi(businessName) })}
              >
                {t("decide")}
              </Link>
            </Button>
          </li>
        ))}
      </ul>
      {all === undefined ? null : (
        <p className="mt-3">
          <Link
            href={all}
            prefetch={false}
            className="inline-flex min-h-11 items-center text-accent-text underline underline-offset-4"
          >
            {t("allWaiting")}
          </Link>
        </p>
      )}
    </>
  );
}
