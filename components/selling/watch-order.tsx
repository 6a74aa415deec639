"use client";

import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import type { OrderState } from "@/lib/api/order";

/** Soon enough for two people at a till, and far from what a server feels. */
const LOOK_EVERY_MS = 2_500;

/**
 * Looks every few seconds whether an order that is open has been paid or has ended, while its page is seen, and has the page
 * read anew then. What the page says of it stands in a live region. Without script a reload
 * shows the same.
 */
export function WatchOrder(props: { orderId: string; userId: string; state: OrderState }) {
  const [queryClient] = useState(() => new QueryClient());
  return (
    <QueryClientProvider client={queryClient}>
      <Watch {...props} />
    </QueryClientProvider>
  );
}

function Watch({ orderId, userId, state }: { orderId: string; userId: string; state: OrderState }) {
  const router = useRouter();
  const { data: found, dataUpdatedAt } = useQuery({
    queryKey: ["order", orderId],
    queryFn: async ({ signal }) => {
      const response = await fetch(`/api/orders/${orderId}`, {
        headers: { Accept: "application/json", "X-Once-User": userId },
        cache: "no-store",
        signal,
      });
      if (!response.ok) throw new Error(`The order was not read: ${response.status}.`);
      const order: unknown = await response.json();
      return stateIn(order);
    },
    enabled: state === "open",
    refetchInterval: LOOK_EVERY_MS,
    // A tab that nobody sees asks for nothing, and looks at once when it is seen again.
    refetchIntervalInBackground: false,
    refetchOnWindowFocus: "always",
    retry: false,
  });
  useEffect(() => {
    // At each look, until the page has been read anew: one that was lost on its way is asked for again.
    if (dataUpdatedAt > 0 && found !== undefined && found !== state) router.refresh();
  }, [found, dataUpdatedAt, state, router]);
  return null;
}

function stateIn(order: unknown): string | undefined {
  return typeof order === "object" && order !== null && "state" in order && typeof order.state === "string"
    ? order.state
    : undefined;
}
