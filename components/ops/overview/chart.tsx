"use client";

import dynamic from "next/dynamic";
import type { ChartData } from "./chart-types";

/** Fetched on this page alone, and after it is shown: the library is larger than the rest of the console. */
const Drawing = dynamic(() => import("./drawing"), { ssr: false });

/** The place of a chart, as high before it is drawn as after. */
export function Chart(data: ChartData) {
  return (
    <div aria-hidden="true" className="h-48 min-w-0 noscript:hidden">
      <Drawing {...data} />
    </div>
  );
}
