import type { ReactNode } from "react";
import { OpsNav } from "@/components/ops/ops-nav";

/** The frame of the operator's console. Each page authorizes its viewer by itself; the frame tells nothing. */
export default function OpsLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <OpsNav />
      <div>{children}</div>
    </>
  );
}
