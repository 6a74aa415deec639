"use client";

import { NotShown } from "@/components/site/not-shown";

export default function ErrorPage({ retry }: { error: unknown; retry: () => void }) {
  return <NotShown retry={retry} />;
}
