"use client";

import { NotShown } from "@/components/site/not-shown";

export default function ErrorPage({ error, retry }: { error: unknown; retry: () => void }) {
  return <NotShown error={error} retry={retry} />;
}
